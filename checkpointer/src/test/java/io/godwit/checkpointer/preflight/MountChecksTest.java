package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.docker.DockerEngine;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountChecksTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final List<JsonNode> others = new ArrayList<>();
  private final ObjectNode volume =
      JSON.createObjectNode().put("Driver", "local").put("Mountpoint", "/v/_data");
  private Path mountTable;

  @BeforeEach
  void begin() throws IOException {
    mountTable = folder.resolve("mountinfo");
    Files.writeString(mountTable, "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n");
  }

  @Test
  void aPlainVolumeAndAFolderOfItsOwnGoAlong() throws IOException {
    assertEquals(List.of(), reasons(volume("data", true)));
    assertEquals(List.of(), reasons(bind(Files.createDirectory(folder.resolve("srv")))));
  }

  @Test
  void aVolumeOfAnotherDriverOrWithOptionsIsRefusedByName() throws IOException {
    assertOne(
        "its volume data at /at is of the driver nfs", volume("data", true).put("Driver", "nfs"));
    volume.putObject("Options").put("type", "nfs").put("device", ":/export");
    assertOne("has driver options ({\"type\":\"nfs\"", volume("data", true));
  }

  @Test
  void whatIsTheMachinesOwnIsRefused() throws IOException {
    for (String source : List.of("/", "/proc", "/sys/fs/cgroup", "/dev", "/docker/volumes")) {
      List<String> reasons = reasons(bind(Path.of(source)));
      assertEquals(1, reasons.size(), source);
      assertTrue(reasons.getFirst().contains("the bind mount of " + source), reasons.getFirst());
    }
  }

  @Test
  void aSocketOfTheMachineIsRefused() throws IOException {
    Path path = folder.resolve("docker.sock");
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(path));
      assertOne("is of a socket or device of this machine", bind(path));
    }
  }

  @Test
  void mountsBelowAFolderAndPropagationAreRefused() throws IOException {
    Path srv = Files.createDirectory(folder.resolve("srv x"));
    assertOne("has the propagation rshared", bind(srv).put("Propagation", "rshared"));
    Files.writeString(
        mountTable,
        "23 22 0:41 / %s/below rw - tmpfs t rw\n"
            .formatted(srv.toRealPath().toString().replace(" ", "\\040")));
    assertOne("brings the mount at " + srv.toRealPath() + "/below", bind(srv));
  }

  @Test
  void whatAnotherRunningContainerWritesToIsRefusedByName() throws IOException {
    others.add(other("running", volume("data", false)));
    assertOne("it shares the volume data with container other", volume("data", true));
    assertEquals(List.of(), reasons(volume("data", false)), "nobody writes");
    assertEquals(List.of(), reasons(volume("mine", true)), "another volume");
    others.clear();
    others.add(other("exited", volume("data", true)));
    assertEquals(List.of(), reasons(volume("data", true)), "the other does not run");
  }

  @Test
  void aFolderWithinAnothersFolderIsShared() throws IOException {
    Path srv = Files.createDirectories(folder.resolve("srv/app"));
    others.add(other("running", bind(folder.resolve("srv"))));
    assertOne("it shares " + srv + " with container other", bind(srv));
  }

  private static ObjectNode volume(String name, boolean writable) {
    return JSON.createObjectNode()
        .put("Type", "volume")
        .put("Name", name)
        .put("Driver", "local")
        .put("Source", "/v/" + name)
        .put("Destination", "/at")
        .put("RW", writable);
  }

  private static ObjectNode bind(Path source) {
    return JSON.createObjectNode()
        .put("Type", "bind")
        .put("Source", source.toString())
        .put("Destination", "/at")
        .put("Propagation", "rprivate")
        .put("RW", true);
  }

  private static JsonNode other(String state, ObjectNode mount) {
    ObjectNode other = JSON.createObjectNode().put("Id", "other").put("State", state);
    other.putArray("Names").add("/other");
    other.putArray("Mounts").add(mount);
    return other;
  }

  private List<String> reasons(ObjectNode mount) throws IOException {
    ObjectNode inspect = JSON.createObjectNode().put("Id", "c1").put("Name", "/app");
    inspect.putObject("HostConfig").put("IpcMode", "private");
    inspect.putArray("Mounts").add(mount);
    List<Refusal> refusals = new ArrayList<>();
    new MountChecks(engine(), mountTable).check(new SourceContainer(inspect), refusals);
    return refusals.stream().map(Refusal::words).toList();
  }

  private void assertOne(String part, ObjectNode mount) throws IOException {
    List<String> reasons = reasons(mount);
    assertEquals(1, reasons.size(), reasons::toString);
    assertTrue(reasons.getFirst().contains(part), reasons.getFirst());
  }

  private DockerEngine engine() {
    return (DockerEngine)
        Proxy.newProxyInstance(
            DockerEngine.class.getClassLoader(),
            new Class<?>[] {DockerEngine.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "info" -> JSON.createObjectNode().put("DockerRootDir", "/docker");
                  case "containers" -> List.copyOf(others);
                  case "inspectVolume" -> Optional.of(volume);
                  default -> throw new AssertionError(method.getName());
                });
  }
}
