package io.godwit.checkpointer.source;

import io.godwit.criu.CriuVersion;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.InstalledCriu;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this host is.
 *
 * @param name as a source host
 * @param pageSize bytes
 * @param cpuFeatures the flags of {@code /proc/cpuinfo}
 * @param criu the version of its CRIU, empty where there is none that runs
 */
public record HostFacts(
    String name, Isa isa, int pageSize, List<String> cpuFeatures, Optional<CriuVersion> criu) {
  private static final Pattern FLAGS = Pattern.compile("(?m)^(?:flags|Features)\\s*:(.*)$");

  public HostFacts {
    cpuFeatures = List.copyOf(cpuFeatures);
  }

  /**
   * Asks this machine.
   *
   * @param proc {@code /proc}
   * @param machine what {@code uname -m} or {@code os.arch} says
   */
  public static HostFacts ask(String name, Path proc, String machine, CommandRunner commands)
      throws IOException {
    long pageSize =
        Auxv.find(proc.resolve("self/auxv"), Auxv.AT_PAGESZ)
            .orElseThrow(() -> new IOException("the kernel does not tell its page size"));
    return new HostFacts(
        name,
        Isa.ofKernelName(machine),
        Math.toIntExact(pageSize),
        cpuFeatures(Files.readString(proc.resolve("cpuinfo"))),
        criu(commands));
  }

  static List<String> cpuFeatures(String cpuinfo) {
    Matcher matcher = FLAGS.matcher(cpuinfo);
    return matcher.find() ? List.of(matcher.group(1).strip().split("\\s+", -1)) : List.of();
  }

  private static Optional<CriuVersion> criu(CommandRunner commands) {
    try {
      return Optional.of(InstalledCriu.version(commands));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
