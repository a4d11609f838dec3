package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.ProcessTable;
import io.godwit.contract.HostContainer;
import io.godwit.contract.HostProfile;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.ListedContainer;
import io.godwit.isa.Isa;
import io.godwit.messaging.WireIsa;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** What this host has, for who chooses among containers of many hosts. */
public final class Inventory {
  /** Labels with longer values are left out: whole files are kept in some. */
  private static final int LONGEST_LABEL = 256;

  private final DockerEngine engine;
  private final ProcessTable processes;
  private final HostFacts host;
  private final Clock clock;

  public Inventory(DockerEngine engine, ProcessTable processes, HostFacts host, Clock clock) {
    this.engine = engine;
    this.processes = processes;
    this.host = host;
    this.clock = clock;
  }

  /** Looks; what cannot be looked at is said. */
  public HostProfile look() {
    HostProfile.Builder profile =
        HostProfile.newBuilder()
            .setHost(host.name())
            .setIsa(WireIsa.of(host.isa()))
            .addAllCpuFeatures(
                CpuChecks.lacking(host.isa() == Isa.X86_64, host.cpuFeatures(), List.of()));
    try {
      Map<String, Long> memory = processes.residentBytes(host.pageSize());
      for (ListedContainer listed : engine.containers()) {
        profile.addContainers(container(listed, memory.getOrDefault(listed.id(), 0L)));
      }
    } catch (IOException e) {
      profile.setTrouble(String.valueOf(e.getMessage()));
    }
    return profile.setHeartbeatMs(clock.millis()).build();
  }

  private static HostContainer container(ListedContainer listed, long memory) {
    HostContainer.Builder container =
        HostContainer.newBuilder()
            .setId(listed.id())
            .setName(listed.name())
            .setImage(listed.image())
            .setRunning(listed.runs())
            .setMemoryBytes(memory);
    listed
        .labels()
        .forEach((name, value) -> {
          if (value.length() <= LONGEST_LABEL) {
            container.putLabels(name, value);
          }
        });
    return container.build();
  }
}
