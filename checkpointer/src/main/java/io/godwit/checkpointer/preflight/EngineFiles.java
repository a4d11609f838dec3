package io.godwit.checkpointer.preflight;

import io.godwit.blob.Digests;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  static void check(Container container, List<Refusal> refusals) throws IOException {
    if (container.networkMode().equals("host")) {
      // Copies of the machine's own.
      return;
    }
    List<String> own = new ArrayList<>();
    for (String line : read(container.hostsFile()).lines().toList()) {
      if (!isEngines(line, container)) {
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
    Optional<Path> resolver = container.resolverFile().filter(_ -> !hasEnginesResolver(container));
    // The Engine keeps the digest of what it wrote, to see whether somebody else wrote since.
    String written =
        read(resolver.map(file -> file.resolveSibling(file.getFileName() + ".hash"))).strip();
    if (resolver.isPresent()
        && !written.isEmpty()
        && !written.equals("sha256:" + Digests.of(resolver.get()).sha256())) {
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
  private static boolean hasEnginesResolver(Container container) {
    return container.networks().stream()
        .anyMatch(network -> !network.name().equals("bridge") && !network.name().equals("none"));
  }

  private static boolean isEngines(String line, Container container) {
    String[] words = line.replaceFirst("#.*", "").strip().split("\\s+", 2);
    if (words[0].isEmpty() || USUAL.contains(words[0])) {
      return true;
    }
    for (String extra : container.extraHosts()) {
      // NAME:ADDRESS, where the address may be a word for this machine's.
      if (words.length == 2 && extra.split("[:=]", 2)[0].equals(words[1].strip())) {
        return true;
      }
    }
    return container.networks().stream()
        .anyMatch(
            network -> words[0].equals(network.address()) || words[0].equals(network.address6()));
  }

  private static String read(Optional<Path> file) throws IOException {
    return file.isPresent() && Files.isRegularFile(file.get()) ? Files.readString(file.get()) : "";
  }
}
