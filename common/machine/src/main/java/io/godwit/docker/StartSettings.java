package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.proc.PidNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What runc sets when it starts a container, and neither runc nor CRIU when they restore one:
 *
 * <ul>
 *   <li>sysctls of the network, those of {@code --sysctl} and the Engine's own (that everybody may
 *       have ports below 1024): runc has CRIU make an empty network namespace. Those of the other
 *       namespaces CRIU restores;
 *   <li>an OOM score adjustment of 0: CRIU restores any other (cr-restore.c). The processes have
 *       that of the shim, which the Engine's service may protect: -998, say.
 * </ul>
 *
 * What was asked for stands in the bundle, the working folder of the shim, which is the parent of
 * the container's first process.
 */
public final class StartSettings {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Pattern PARENT = Pattern.compile("(?m)^PPid:\\s+(\\d+)$");

  private static final String NOT_ADJUSTED = "0";

  /** New processes may come from ones that have not been looked at yet. */
  private static final int ROUNDS = 10;

  /** Pairs of a file and its new content. */
  private static final String WRITE =
      "while [ $# -gt 0 ]; do printf %s \"$2\" >\"$1\" || exit; shift 2; done";

  private final CommandRunner commands;
  private final Path proc;

  /**
   * @param proc {@code /proc} but in tests
   */
  public StartSettings(CommandRunner commands, Path proc) {
    this.commands = commands;
    this.proc = proc;
  }

  /**
   * Sets them.
   *
   * @param container one that was started from a checkpoint
   * @return why the container is otherwise than it was started; empty when all is well, or nothing
   *     runs
   */
  public Optional<String> ensure(Container container) {
    Optional<Long> pid = container.firstPid();
    if (pid.isEmpty()) {
      return Optional.empty();
    }
    Path first = proc.resolve(Long.toString(pid.get()));
    try {
      Path shim = parent(first);
      Optional<String> refused = sysctls(first, shim);
      if (refused.isPresent()) {
        return refused;
      }
      adjustments(first, shim);
      return Optional.empty();
    } catch (IOException e) {
      return Files.exists(first)
          ? Optional.of("It could not be set as at a start: " + e.getMessage())
          : Optional.empty();
    }
  }

  private Path parent(Path process) throws IOException {
    Matcher parent = PARENT.matcher(Files.readString(process.resolve("status")));
    if (!parent.find()) {
      throw new IOException(process + "/status names no parent");
    }
    return proc.resolve(parent.group(1));
  }

  private Optional<String> sysctls(Path first, Path shim) throws IOException {
    Path network = first.resolve("ns/net");
    if (Files.readSymbolicLink(network)
        .equals(Files.readSymbolicLink(proc.resolve("self/ns/net")))) {
      // --network host: the machine's own.
      return Optional.empty();
    }
    JsonNode bundle = JSON.readTree(shim.resolve("cwd/config.json").toFile());
    List<String> command =
        new ArrayList<>(List.of("nsenter", "--net=" + network, "sh", "-c", WRITE, "sh"));
    int fixed = command.size();
    for (Map.Entry<String, JsonNode> sysctl : bundle.path("linux").path("sysctl").properties()) {
      if (sysctl.getKey().startsWith("net.")) {
        // As runc does it.
        command.add("/proc/sys/" + sysctl.getKey().replace('.', '/'));
        command.add(sysctl.getValue().asText());
      }
    }
    if (command.size() == fixed) {
      return Optional.empty();
    }
    CommandRunner.Result written = commands.run(command, PATIENCE);
    return written.exit() == 0
        ? Optional.empty()
        : Optional.of("Its sysctls could not be set: " + written.errors());
  }

  /** Nothing but a 0 on the source leaves a process with the shim's. */
  private void adjustments(Path first, Path shim) throws IOException {
    String inherited = adjustment(shim);
    if (inherited.equals(NOT_ADJUSTED)) {
      return;
    }
    boolean found = true;
    for (int round = 0; found && round < ROUNDS; round++) {
      found = false;
      for (Path process : PidNamespace.processesWith(first)) {
        found |= adjust(process, inherited);
      }
    }
  }

  private static boolean adjust(Path process, String inherited) throws IOException {
    try {
      if (!adjustment(process).equals(inherited)) {
        return false;
      }
      Files.writeString(process.resolve("oom_score_adj"), NOT_ADJUSTED);
      return true;
    } catch (IOException e) {
      if (Files.exists(process.resolve("ns/pid"))) {
        throw e;
      }
      // It has ended meanwhile.
      return false;
    }
  }

  private static String adjustment(Path process) throws IOException {
    return Files.readString(process.resolve("oom_score_adj")).strip();
  }
}
