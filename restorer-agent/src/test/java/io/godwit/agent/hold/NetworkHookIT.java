package io.godwit.agent.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The hook by which the runtime calls back from within a restore. */
class NetworkHookIT extends CalledRuntime {
  @Test
  void beforeCriuReadsASocketTheNetworkHasItsSettingsAndTheAgentKnowsIt() throws Exception {
    Files.writeString(
        bundle.resolve("config.json"),
        """
        {"linux": {"namespaces": [{"type": "pid"}, {"type": "network"}],
                   "sysctl": {"net.ipv4.ip_nonlocal_bind": "1", "kernel.msgmax": "9"}},
         "hooks": {"prestart": [{"path": "/proc/7/exe", "args": ["libnetwork-setkey"]}]}}
        """);
    Process inside = new ProcessBuilder("unshare", "--net", "sleep", "60").start();
    try (Hold hold = hold(PATIENCE)) {
      Process create = begin(create());
      assertTrue(hold.await(PATIENCE));
      Path images = Files.createDirectories(folder.resolve("images"));
      go(hold, images.toString());
      end(create);
      JsonNode hooks =
          new ObjectMapper()
              .readTree(bundle.resolve("config.json").toFile())
              .path("hooks")
              .path("prestart");
      assertEquals(2, hooks.size(), "the Engine's goes first");
      JsonNode ours = hooks.path(1);
      assertEquals(front.resolve("runc").toRealPath().toString(), ours.path("path").asText());
      Awaitility.await().until(() -> !namespace(inside.pid()).equals(namespace(0)));
      ProcessBuilder hook =
          new ProcessBuilder(
              ours.path("path").asText(),
              ours.path("args").path(1).asText(),
              ours.path("args").path(2).asText());
      hook.environment().clear();
      Process called = hook.start();
      called
          .getOutputStream()
          .write(
              "{\"ociVersion\":\"1.0.2\",\"id\":\"%s\",\"pid\":%d,\"bundle\":\"/b\"}"
                  .formatted(id, inside.pid())
                  .getBytes(StandardCharsets.UTF_8));
      called.getOutputStream().close();
      assertEquals(0, end(called), new String(called.getErrorStream().readAllBytes()));
      assertEquals("1", nonlocalBind("nsenter", "--net=/proc/" + inside.pid() + "/ns/net", "cat"));
      assertEquals("0", nonlocalBind("cat"), "and no other network");
    } finally {
      inside.destroyForcibly();
    }
  }

  private static Path namespace(long pid) throws IOException {
    return Files.readSymbolicLink(
        Path.of("/proc", pid == 0 ? "self" : Long.toString(pid), "ns/net"));
  }

  private static String nonlocalBind(String... cat) throws Exception {
    List<String> command = new ArrayList<>(List.of(cat));
    command.add("/proc/sys/net/ipv4/ip_nonlocal_bind");
    Process process = new ProcessBuilder(command).start();
    return new String(process.getInputStream().readAllBytes()).strip();
  }

  @Test
  void aHookThatNoAgentAwaitsLetsTheRestoreFail() throws Exception {
    Process hook = begin("godwit-network", id);
    hook.getOutputStream().close();
    assertEquals(1, end(hook));
    assertTrue(new String(hook.getErrorStream().readAllBytes()).contains("no agent awaits"));
  }
}
