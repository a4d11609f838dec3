package io.godwit.agent.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.EngineDecorator;
import io.godwit.agent.state.Self;
import io.godwit.contract.DeviceProfile;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.HttpDockerEngine;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceProfilerTest {
  private static final CommandRunner GOOD_CRIU =
      (_, _) -> new CommandRunner.Result(0, "Version: 4.2\n".getBytes(StandardCharsets.UTF_8), "");

  @Test
  void anEngineThatDoesNotAnswerMakesItUnfitNotDead() throws IOException {
    try (HttpDockerEngine nobody =
        new HttpDockerEngine(URI.create("unix:///nonexistent/docker.sock"))) {
      DeviceProfile profile = profile(nobody);
      assertEquals(1, profile.getUnfitCount());
      assertTrue(profile.getUnfit(0).startsWith("No Docker Engine answers: "), profile.getUnfit(0));
      assertEquals("4.2", profile.getCriuVersion());
      assertTrue(profile.getVaBits() > 38);
    }
  }

  @Test
  void everyReasonOfTheEngineIsTold() throws IOException {
    DeviceProfile profile =
        profile(
            saying(
                new EngineInfo(
                    "26.1.5",
                    Path.of("/nonexistent/docker"),
                    "vfs",
                    false,
                    2,
                    List.of(),
                    "docker-init")));
    assertEquals(2, profile.getUnfitCount(), profile.getUnfitList().toString());
    assertEquals(2, profile.getCgroupVersion());
    assertTrue(profile.getHoldsContainers());
    assertTrue(profile.getFreeBytes() > 0, "the room where the folder will be");
  }

  @Test
  void aGoodEngineMakesItFit() throws IOException {
    DeviceProfile profile =
        profile(
            saying(
                new EngineInfo(
                    "26.1.5", Path.of("/"), "overlay2", true, 1, List.of(), "docker-init")));
    assertEquals(List.of(), profile.getUnfitList());
    assertEquals("overlay2", profile.getStorageDriver());
    assertEquals("26.1.5", profile.getDockerVersion());
    assertEquals("instance-1", profile.getInstance());
    assertEquals("run-1", profile.getAgentRun());
  }

  private static DeviceProfile profile(DockerEngine engine) {
    Clock clock = Clock.systemUTC();
    return new DeviceProfiler(
            new Self("d", "instance-1", "run-1", ""),
            "1",
            MachineFacts.ofThisMachine(),
            new CriuProgram(GOOD_CRIU, clock),
            engine,
            true,
            clock)
        .profile();
  }

  private static DockerEngine saying(EngineInfo info) {
    return new EngineDecorator(
        new HttpDockerEngine(URI.create("unix:///nonexistent/docker.sock"))) {
      @Override
      public EngineInfo info() {
        return info;
      }
    };
  }
}
