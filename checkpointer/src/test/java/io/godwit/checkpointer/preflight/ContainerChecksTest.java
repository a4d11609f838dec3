package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ContainerChecksTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void nothingIsWrongWithAContainerOfDefaultOptions() throws IOException {
    assertTrue(reasons(container()).isEmpty());
  }

  @Test
  void stoppedContainerIsRefusedWithTheCommandThatStartsIt() throws IOException {
    ObjectNode stopped = container();
    ((ObjectNode) stopped.path("State")).put("Status", "exited");
    assertOne("is exited, not running. Start it with: docker start app", stopped);
  }

  @Test
  void pausedContainerIsRefusedWithTheCommandThatUnpausesIt() throws IOException {
    ObjectNode paused = container();
    ((ObjectNode) paused.path("State")).put("Status", "paused");
    assertOne("docker unpause app", paused);
  }

  @Test
  void containerThatDockerWouldRemoveIsRefused() throws IOException {
    ObjectNode container = container();
    ((ObjectNode) container.path("HostConfig")).put("AutoRemove", true);
    assertOne("--rm", container);
  }

  @Test
  void everyReasonIsNamed() throws IOException {
    ObjectNode container = container();
    ((ObjectNode) container.path("HostConfig")).put("AutoRemove", true);
    ((ObjectNode) container.path("GraphDriver")).put("Name", "vfs");
    ((ObjectNode) container.path("HostConfig")).putArray("Links").add("/other:/app/other");
    List<String> reasons = reasons(container);
    assertEquals(3, reasons.size(), reasons::toString);
    assertTrue(reasons.getLast().contains("--link"), reasons::toString);
  }

  private static ObjectNode container() throws IOException {
    return (ObjectNode)
        JSON.readTree(
            """
            {"Id": "c1", "Name": "/app", "State": {"Status": "running", "Pid": 7},
             "Config": {"Labels": {}}, "HostConfig": {"IpcMode": "private", "NetworkMode": "default"},
             "GraphDriver": {"Name": "overlay2"}, "Mounts": []}
            """);
  }

  private static List<String> reasons(ObjectNode inspect) throws IOException {
    List<Refusal> refusals = new ArrayList<>();
    new ContainerChecks(new ProcFs(Path.of("/proc")))
        .configuration(Container.parse(inspect.toString()), refusals);
    return refusals.stream().map(Refusal::words).toList();
  }

  private static void assertOne(String part, ObjectNode inspect) throws IOException {
    List<String> reasons = reasons(inspect);
    assertEquals(1, reasons.size(), reasons::toString);
    assertTrue(reasons.getFirst().contains(part), reasons.getFirst());
  }
}
