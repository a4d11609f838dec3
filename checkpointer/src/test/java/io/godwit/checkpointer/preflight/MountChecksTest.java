package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.Mount;
import io.godwit.docker.Volume;
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
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountChecksTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final List<ListedContainer> others = new ArrayList<>();
  private String volumeOptions = "";
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
        "its volume data at /at is of the driver nfs",
        new Mount.Volume("data", "nfs", "/v/data", "/at", true));
    volumeOptions = "{\"type\":\"nfs\",\"device\":\":/export\"}";
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
    assertOne(
        "has the propagation rshared", new Mount.Bind(srv.toString(), "/at", true, "rshared"));
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

  private static Mount volume(String name, boolean writable) {
    return new Mount.Volume(name, "local", "/v/" + name, "/at", writable);
  }

  private static Mount bind(Path source) {
    return new Mount.Bind(source.toString(), "/at", true, "rprivate");
  }

  private static ListedContainer other(String status, Mount mount) {
    return new ListedContainer("other", "other", status, Map.of(), List.of(mount));
  }

  private List<String> reasons(Mount mount) throws IOException {
    ObjectNode inspect = JSON.createObjectNode().put("Id", "c1").put("Name", "/app");
    inspect.putObject("HostConfig").put("IpcMode", "private");
    inspect.putArray("Mounts").add(told(mount));
    List<Refusal> refusals = new ArrayList<>();
    new MountChecks(engine(), mountTable).check(Container.parse(inspect.toString()), refusals);
    return refusals.stream().map(Refusal::words).toList();
  }

  /** As the Engine tells it. */
  private static ObjectNode told(Mount mount) {
    ObjectNode told =
        JSON.createObjectNode().put("Destination", mount.destination()).put("RW", mount.writable());
    return switch (mount) {
      case Mount.Volume volume ->
          told.put("Type", "volume")
              .put("Name", volume.name())
              .put("Driver", volume.driver())
              .put("Source", volume.source());
      case Mount.Bind bind ->
          told.put("Type", "bind")
              .put("Source", bind.source())
              .put("Propagation", bind.propagation());
      case Mount.Tmpfs _ -> told.put("Type", "tmpfs");
      case Mount.Other other -> told.put("Type", other.type());
    };
  }

  private void assertOne(String part, Mount mount) throws IOException {
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
                  case "info" -> new EngineInfo("", Path.of("/docker"), "", true, 1, List.of(), "");
                  case "containers" -> List.copyOf(others);
                  case "inspectVolume" ->
                      Optional.of(
                          new Volume("local", Path.of("/v/_data"), Map.of(), volumeOptions));
                  default -> throw new AssertionError(method.getName());
                });
  }
}
