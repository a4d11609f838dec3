package io.godwit.agent.machine;

import io.godwit.agent.state.Self;
import io.godwit.contract.DeviceProfile;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineInfo;
import io.godwit.messaging.WireIsa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * What this device says of itself. Whatever cannot be found out makes it unfit, with the reason;
 * nothing keeps it from answering.
 */
public final class DeviceProfiler {
  private final Self self;
  private final String agentVersion;
  private final MachineFacts machine;
  private final CriuProgram criu;
  private final DockerEngine engine;
  private final boolean holds;
  private final Clock clock;

  /**
   * @param holds whether containers can wait in the runtime in front of runc
   */
  public DeviceProfiler(
      Self self,
      String agentVersion,
      MachineFacts machine,
      CriuProgram criu,
      DockerEngine engine,
      boolean holds,
      Clock clock) {
    this.self = self;
    this.agentVersion = agentVersion;
    this.machine = machine;
    this.criu = criu;
    this.engine = engine;
    this.holds = holds;
    this.clock = clock;
  }

  /** The profile as of now. */
  public DeviceProfile profile() {
    DeviceProfile.Builder profile =
        DeviceProfile.newBuilder()
            .setDevice(self.device())
            .setInstance(self.instance())
            .setAgentRun(self.run())
            .setAgentVersion(agentVersion)
            .setHoldsContainers(holds);
    addMachine(profile);
    CriuProgram.Findings findings = criu.findings();
    profile.setCriuVersion(findings.version()).addAllUnfit(findings.unfit());
    addEngine(profile);
    return profile.setHeartbeatMs(clock.millis()).build();
  }

  private void addMachine(DeviceProfile.Builder profile) {
    try {
      profile
          .setIsa(WireIsa.of(machine.isa()))
          .setKernel(machine.kernel())
          .setPageSize(machine.pageSize())
          .setVaBits(machine.vaBits())
          .setAvailableMemoryBytes(machine.availableMemory())
          .addAllCpuFeatures(machine.cpuFeatures());
    } catch (IOException | IllegalArgumentException e) {
      profile.addUnfit("This machine does not say what it is: %s.".formatted(e.getMessage()));
    }
  }

  private void addEngine(DeviceProfile.Builder profile) {
    EngineInfo info;
    try {
      info = engine.info();
    } catch (IOException e) {
      profile.addUnfit("No Docker Engine answers: %s. Start it.".formatted(e.getMessage()));
      return;
    }
    profile
        .setDockerVersion(info.version())
        .setStorageDriver(info.storageDriver())
        .setCgroupVersion(info.cgroupVersion())
        .addAllUnfit(unfit(info));
    try {
      // Without a folder yet, the room is that of where it will be.
      Path root = info.root();
      while (!Files.exists(root) && root.getNameCount() > 0) {
        root = root.resolve("..").normalize();
      }
      profile.setFreeBytes(Files.getFileStore(root).getUsableSpace());
    } catch (IOException e) {
      profile.addUnfit("The room for containers cannot be told: %s.".formatted(e.getMessage()));
    }
  }

  private static List<String> unfit(EngineInfo info) {
    String driver = info.storageDriver();
    boolean experimental = info.offersCheckpoints();
    String wrongDriver =
        "Docker's storage driver is %s; overlay2 is needed, because only its layers can be filled while a container is stopped."
            .formatted(driver);
    String notExperimental =
        "Docker does not offer checkpoints: start dockerd with --experimental.";
    if (!driver.equals("overlay2")) {
      return experimental ? List.of(wrongDriver) : List.of(wrongDriver, notExperimental);
    }
    return experimental ? List.of() : List.of(notExperimental);
  }
}
