package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.docker.UpperLayer;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What CRIU neither restores nor speaks of: the program would go on without it, and nobody would be
 * told.
 */
final class SilentLosses {
  /** What the kernel gives a process, and a process of a real-time class (proc_pid_timerslack). */
  private static final Set<String> USUAL_SLACK = Set.of("50000", "0");

  /** In {@code /proc/PID/net/unix}: a socket that listens (__SO_ACCEPTCON). */
  private static final long LISTENS = 0x10000;

  private static final int UNIX_FIELDS = 8;

  /** A line of {@code /proc/PID/net/igmp} with a group: its address as a number of this machine. */
  private static final Pattern GROUP = Pattern.compile("^\\s+([0-9A-F]{8})\\s.*");

  /** 224.0.0.1, where every machine is (RFC 1112). */
  private static final long ALL_HOSTS = 0x010000E0L;

  private final ProcFs proc;
  private final Path cgroups;

  /**
   * @param cgroups where they are mounted, {@code /sys/fs/cgroup} but in tests
   */
  SilentLosses(ProcFs proc, Path cgroups) {
    this.proc = proc;
    this.cgroups = cgroups;
  }

  /**
   * Adds every reason.
   *
   * @param all the container's processes
   */
  void check(Container container, List<HostProcess> all, List<Refusal> refusals)
      throws IOException {
    UpperLayer layer = UpperLayer.of(container);
    for (HostProcess process : all) {
      try {
        String name = "Process %d (%s)".formatted(process.pid(), proc.executable(process));
        affinity(name, process, refusals);
        timerSlack(name, process, refusals);
        sockets(name, process, layer, refusals);
      } catch (IOException e) {
        if (!proc.hasEnded(process, e)) {
          throw e;
        }
      }
    }
    if (!all.isEmpty()) {
      groups(container, all.getFirst(), refusals);
    }
  }

  /**
   * Adds a sentence for what is lost and seldom missed: CRIU makes the terminal the controlling one
   * of the session's leader when it has made the other processes already.
   *
   * @param all the container's processes
   */
  void warn(List<HostProcess> all, List<String> warnings) throws IOException {
    List<String> sharing = new ArrayList<>();
    for (HostProcess process : all) {
      try {
        if (proc.sharesTerminal(process)) {
          sharing.add("%d (%s)".formatted(process.pid(), proc.executable(process)));
        }
      } catch (IOException e) {
        if (!proc.hasEnded(process, e)) {
          throw e;
        }
      }
    }
    if (!sharing.isEmpty()) {
      warnings.add(
          "Processes that are not their sessions' leaders keep their open terminals, but cannot open /dev/tty on the device: %s."
              .formatted(String.join(", ", sharing)));
    }
  }

  private void affinity(String name, HostProcess process, List<Refusal> refusals)
      throws IOException {
    Optional<BitSet> given = cpus(process);
    if (given.isEmpty()) {
      return;
    }
    TreeSet<String> bound = new TreeSet<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(folder(process, "task"))) {
      for (Path thread : threads) {
        String allowed = allowed(thread);
        BitSet without = (BitSet) given.get().clone();
        without.andNot(set(allowed));
        if (!allowed.isEmpty() && !without.isEmpty()) {
          bound.add(allowed);
        }
      }
    }
    if (!bound.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.CPU_AFFINITY,
              name,
              "%s is bound to CPU %s (taskset, sched_setaffinity), which CRIU does not restore."
                  .formatted(name, String.join(", ", bound)),
              "Let it have all of the container's: taskset --all-tasks --cpu-list --pid %s %d"
                  .formatted(list(given.get()), process.pid())));
    }
  }

  private static String allowed(Path thread) throws IOException {
    try {
      return Files.readAllLines(thread.resolve("status")).stream()
          .filter(line -> line.startsWith("Cpus_allowed_list:"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      if (ProcFs.isGone(e)) {
        return "";
      }
      throw e;
    }
  }

  /** Those that the process's cgroup has; empty where the kernel does not tell. */
  private Optional<BitSet> cpus(HostProcess process) throws IOException {
    for (String line : proc.cgroups(process).lines().toList()) {
      // NUMBER:CONTROLLERS:PATH, no controllers being version 2 (cgroups(7)).
      String[] fields = line.split(":", 3);
      Optional<Path> file =
          switch (fields[1]) {
            case "cpuset" -> nearest(cgroups.resolve("cpuset"), fields[2], "cpuset.effective_cpus");
            case "" -> nearest(cgroups, fields[2], "cpuset.cpus.effective");
            default -> Optional.empty();
          };
      if (file.isPresent()) {
        return Optional.of(set(Files.readString(file.get()).strip()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> nearest(Path root, String path, String file) {
    for (Path at = root.resolve(path.replaceFirst("^/", "")).normalize();
        at.startsWith(root);
        at = at.resolveSibling("..").normalize()) {
      if (Files.exists(at.resolve(file))) {
        return Optional.of(at.resolve(file));
      }
    }
    return Optional.empty();
  }

  /** {@code 0-3,8} as the kernel writes it. */
  private static BitSet set(String list) {
    BitSet cpus = new BitSet();
    for (String range : list.split(",", -1)) {
      if (!range.isBlank()) {
        String[] ends = range.strip().split("-", 2);
        cpus.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
      }
    }
    return cpus;
  }

  private static String list(BitSet cpus) {
    return cpus.toString().replaceAll("[{} ]", "");
  }

  private void timerSlack(String name, HostProcess process, List<Refusal> refusals)
      throws IOException {
    Path file = folder(process, "timerslack_ns");
    if (Files.exists(file)) {
      String slack = Files.readString(file).strip();
      if (!USUAL_SLACK.contains(slack)) {
        refusals.add(
            new Refusal(
                RefusalKind.TIMER_SLACK,
                name,
                "%s has a timer slack of %s ns (PR_SET_TIMERSLACK), which CRIU does not restore."
                    .formatted(name, slack),
                "Set the usual one: echo 50000 >/proc/%d/timerslack_ns".formatted(process.pid())));
      }
    }
  }

  /** CRIU restores a socket under the name that it was bound to, and no file where none is. */
  private void sockets(String name, HostProcess process, UpperLayer layer, List<Refusal> refusals)
      throws IOException {
    Set<String> held = new HashSet<>(proc.descriptors(process));
    if (held.stream().noneMatch(target -> target.startsWith("socket:"))
        || !Files.readSymbolicLink(folder(process, "root")).equals(Path.of("/"))) {
      return;
    }
    List<String> missing = new ArrayList<>();
    for (String line : proc.network(process, "unix").lines().skip(1).toList()) {
      String[] fields = line.strip().split("\\s+", UNIX_FIELDS);
      if (fields.length == UNIX_FIELDS
          && fields[UNIX_FIELDS - 1].startsWith("/")
          && (Long.parseLong(fields[3], 16) & LISTENS) != 0
          && held.contains("socket:[%s]".formatted(fields[6]))) {
        Path file = proc.root(process).resolve(inside(layer, fields[UNIX_FIELDS - 1]));
        if (Files.isDirectory(file.resolveSibling(".")) && !exists(file)) {
          missing.add(fields[UNIX_FIELDS - 1]);
        }
      }
    }
    for (String path : missing) {
      refusals.add(
          new Refusal(
              RefusalKind.UNIX_SOCKET_NAME,
              name,
              "%s listens on the unix socket %s, whose file was renamed, linked to another name or deleted since: nobody could reach it on the device."
                  .formatted(name, path),
              "Have it listen on TCP, or on a path that stays."));
    }
  }

  private static Path inside(UpperLayer layer, String path) throws IOException {
    return Path.of("/").relativize(Path.of(layer.withoutLinks(path)));
  }

  private static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Of the container's own network; the machine's groups are others' as well. */
  private void groups(Container container, HostProcess process, List<Refusal> refusals)
      throws IOException {
    if (proc.sharesNamespace(process, "net")) {
      return;
    }
    TreeSet<String> joined = new TreeSet<>();
    for (String line : proc.network(process, "igmp").lines().toList()) {
      Matcher group = GROUP.matcher(line);
      if (group.matches() && Long.parseLong(group.group(1), 16) != ALL_HOSTS) {
        long address = Long.parseLong(group.group(1), 16);
        joined.add(
            "%d.%d.%d.%d"
                .formatted(
                    address & 0xFF,
                    address >> 8 & 0xFF,
                    address >> 16 & 0xFF,
                    address >> 24 & 0xFF));
      }
    }
    if (!joined.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.MULTICAST,
              container.name(),
              "Container %s has joined multicast groups (%s), which CRIU does not restore: it would hear nothing any more."
                  .formatted(container.name(), String.join(", ", joined)),
              "Have it leave them."));
    }
  }

  private Path folder(HostProcess process, String name) {
    return proc.folder().resolve(Long.toString(process.pid())).resolve(name);
  }
}
