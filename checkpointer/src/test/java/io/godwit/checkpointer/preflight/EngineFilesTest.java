package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineFilesTest {
  private static final String INSPECT =
      """
      {"Id": "c1", "Name": "/app", "HostsPath": "%1$s/hosts", "ResolvConfPath": "%1$s/resolv.conf",
       "HostConfig": {"NetworkMode": "%2$s", "ExtraHosts": ["nest:10.1.2.3", "machine:host-gateway"]},
       "NetworkSettings": {"Networks": {"%3$s": {"IPAddress": "172.17.0.2"}}}}
      """;

  /** Of "nameserver 10.9.9.9\n". */
  private static final String DIGEST =
      "sha256:446187b72df412cf0309b5d3576fca29c056dd5d0a150aa6fe481a8381515a66";

  @TempDir private Path folder;

  @BeforeEach
  void asTheEngineWroteThem() throws IOException {
    Files.writeString(
        folder.resolve("hosts"),
        """
        127.0.0.1\tlocalhost
        ::1\tlocalhost ip6-localhost ip6-loopback
        fe00::0\tip6-localnet
        # nothing
        10.1.2.3\tnest
        172.17.0.1\tmachine
        172.17.0.2\tapp
        """);
    Files.writeString(folder.resolve("resolv.conf"), "nameserver 10.9.9.9\n");
    Files.writeString(folder.resolve("resolv.conf.hash"), DIGEST);
  }

  @Test
  void filesAsTheEngineWroteThemAreNoObstacle() throws IOException {
    assertEquals(List.of(), reasons("default"));
  }

  @Test
  void linesThatAProgramPutIntoHostsAreNamed() throws IOException {
    Files.writeString(folder.resolve("hosts"), "9.9.9.9 nine\n", StandardOpenOption.APPEND);
    List<String> reasons = reasons("default");
    assertEquals(1, reasons.size());
    assertTrue(reasons.getFirst().contains("did not write (9.9.9.9 nine)"), reasons.getFirst());
  }

  @Test
  void resolverThatAProgramChangedIsRefused() throws IOException {
    Files.writeString(folder.resolve("resolv.conf"), "search x\n", StandardOpenOption.APPEND);
    assertTrue(reasons("default").getFirst().contains("another /etc/resolv.conf"));
    Files.delete(folder.resolve("resolv.conf.hash"));
    assertEquals(List.of(), reasons("default"));
  }

  @Test
  void resolverThatTheEngineIsItselfIsNotCompared() throws IOException {
    Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.11\n");
    assertEquals(List.of(), reasons("users"));
  }

  @Test
  void machinesOwnFilesAreNotCompared() throws IOException {
    Files.writeString(folder.resolve("hosts"), "9.9.9.9 nine\n");
    assertEquals(List.of(), reasons("host"));
  }

  private List<String> reasons(String network) throws IOException {
    List<Refusal> refusals = new ArrayList<>();
    EngineFiles.check(
        Container.parse(
            INSPECT.formatted(folder, network, network.equals("default") ? "bridge" : network)),
        refusals);
    return refusals.stream().map(Refusal::words).toList();
  }
}
