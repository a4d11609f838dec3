package io.godwit.checkpointer.preflight;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.blob.Digests;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files that the Engine writes for a container: {@code /etc/hosts} and {@code
 * /etc/resolv.conf}. On a device its Engine writes them anew, without what programs put in.
 */
final class EngineFiles {
  /** What every container has (moby, libnetwork/etchosts). */
  private static final Set<String> USUAL =
      Set.of("127.0.0.1", "::1", "fe00::0", "fe00::", "ff00::0", "ff00::", "ff02::1", "ff02::2");

  private EngineFiles() {}

  /**
   * Adds a reason for each that a program changed.
   *
   * @throws IOException when one cannot be read
   */
  static void check(SourceContainer container, List<Refusal> refusals) throws IOException {
    JsonNode inspect = container.inspect();
    if (inspect.path("HostConfig").path("NetworkMode").asText().equals("host")) {
      // Copies of the machine's own.
      return;
    }
    List<String> own = new ArrayList<>();
    for (String line : read(inspect.path("HostsPath").asText()).lines().toList()) {
      if (!isEngines(line, inspect)) {
        own.add(line.strip());
      }
    }
    if (!own.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.ENGINE_FILES,
              container.name(),
              "Container %s has lines in /etc/hosts that the Engine did not write (%s), and would not have them on the device."
                  .formatted(container.name(), String.join("; ", own)),
              "Give them by --add-host."));
    }
    String resolver = inspect.path("ResolvConfPath").asText();
    // The Engine keeps the digest of what it wrote, to see whether somebody else wrote since.
    String written =
        resolver.isEmpty() || hasEnginesResolver(inspect) ? "" : read(resolver + ".hash").strip();
    if (!written.isEmpty() && !written.equals("sha256:" + Digests.of(Path.of(resolver)).sha256())) {
      refusals.add(
          new Refusal(
              RefusalKind.ENGINE_FILES,
              container.name(),
              "Container %s has another /etc/resolv.conf than the Engine wrote, and would not have it on the device."
                  .formatted(container.name()),
              "Give it by --dns, --dns-search and --dns-option."));
    }
  }

  /** In networks of the user's the Engine answers itself, and writes that without a digest. */
  private static boolean hasEnginesResolver(JsonNode inspect) {
    for (Map.Entry<String, JsonNode> network :
        inspect.path("NetworkSettings").path("Networks").properties()) {
      if (!network.getKey().equals("bridge") && !network.getKey().equals("none")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEngines(String line, JsonNode inspect) {
    String[] words = line.replaceFirst("#.*", "").strip().split("\\s+", 2);
    if (words[0].isEmpty() || USUAL.contains(words[0])) {
      return true;
    }
    for (JsonNode extra : inspect.path("HostConfig").path("ExtraHosts")) {
      // NAME:ADDRESS, where the address may be a word for this machine's.
      if (words.length == 2 && extra.asText().split("[:=]", 2)[0].equals(words[1].strip())) {
        return true;
      }
    }
    for (JsonNode network : inspect.path("NetworkSettings").path("Networks")) {
      if (words[0].equals(network.path("IPAddress").asText())
          || words[0].equals(network.path("GlobalIPv6Address").asText())) {
        return true;
      }
    }
    return false;
  }

  private static String read(String file) throws IOException {
    return !file.isEmpty() && Files.isRegularFile(Path.of(file))
        ? Files.readString(Path.of(file))
        : "";
  }
}
