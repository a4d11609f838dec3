package io.godwit.checkpointer.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All processes of this machine. Each look goes through the whole of {@code /proc}; processes that
 * end meanwhile are left out.
 */
public final class ProcessTable {
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  /** As {@link #ofContainer} finds one. */
  private static final Pattern CONTAINER =
      Pattern.compile("(?m)^\\d+:[^:]*:.*/(?:docker-)?([0-9a-f]{64})(?:\\.scope)?(?:/.*)?$");

  private final Path proc;

  /**
   * @param proc {@code /proc}, except in tests
   */
  public ProcessTable(Path proc) {
    this.proc = proc;
  }

  private record Listed(HostProcess process, long parent) {}

  /** What is done with a process; it may end under way. */
  @FunctionalInterface
  private interface Look {
    void at(long pid, Path folder) throws IOException;
  }

  /**
   * All processes of a container, those of {@code docker exec} too, in the order in which they
   * started, so its first process first: pids begin anew when they have come to their end, and a
   * child may have a smaller one than its parent. They are those whose cgroup's path holds the
   * container's id. Docker names the cgroup {@code ID} or {@code docker-ID.scope}, under any
   * parent, with cgroup v1 and v2 alike.
   *
   * @param containerId the full id, 64 hexadecimal digits
   */
  public List<HostProcess> ofContainer(String containerId) throws IOException {
    Pattern cgroup =
        Pattern.compile(
            "(?m)^\\d+:[^:]*:.*/(docker-)?" + Pattern.quote(containerId) + "(\\.scope)?(/.*)?$");
    Map<Long, Listed> found = new HashMap<>();
    each((pid, folder) -> {
      if (cgroup.matcher(read(folder, "cgroup")).find()) {
        ProcessStat stat = ProcessStat.read(folder);
        // A zombie has left its memory and its executable behind: there is nothing to ask it.
        if (!stat.isZombie()) {
          found.put(pid, new Listed(new HostProcess(pid, stat.startTicks()), stat.parent()));
        }
      }
    });
    // Of those of one clock tick, a child is the later one.
    return found.values().stream()
        .sorted(
            Comparator.comparingLong((Listed one) -> one.process().startTicks())
                .thenComparing(one -> found.containsKey(one.parent()))
                .thenComparingLong(one -> one.process().pid()))
        .map(Listed::process)
        .toList();
  }

  /**
   * What the processes of every container occupy, by its full id, in bytes: one look through {@code
   * /proc}. Pages that several processes share are counted for each.
   *
   * @param pageSize bytes
   */
  public Map<String, Long> residentBytes(int pageSize) throws IOException {
    Map<String, Long> bytes = new HashMap<>();
    each((_, folder) -> {
      Matcher container = CONTAINER.matcher(read(folder, "cgroup"));
      if (container.find()) {
        // proc(5): size resident shared …, in pages.
        long pages = Long.parseLong(read(folder, "statm").split(" ", 3)[1]);
        bytes.merge(container.group(1), pages * pageSize, Long::sum);
      }
    });
    return bytes;
  }

  /** The processes that have all of these words among their arguments, by pid. */
  public List<HostProcess> commandsWith(String... words) throws IOException {
    List<String> wanted = List.of(words);
    List<HostProcess> found = new ArrayList<>();
    each((pid, folder) -> {
      if (List.of(read(folder, "cmdline").split("\0", -1)).containsAll(wanted)) {
        found.add(new HostProcess(pid, ProcessStat.read(folder).startTicks()));
      }
    });
    return found;
  }

  /** Every process with the pid of its parent. */
  public Map<HostProcess, Long> parents() throws IOException {
    Map<HostProcess, Long> parents = new HashMap<>();
    each((pid, folder) -> {
      ProcessStat stat = ProcessStat.read(folder);
      parents.put(new HostProcess(pid, stat.startTicks()), stat.parent());
    });
    return parents;
  }

  private void each(Look look) throws IOException {
    for (long pid : pids()) {
      try {
        look.at(pid, proc.resolve(Long.toString(pid)));
      } catch (IOException e) {
        if (!ProcFs.isGone(e)) {
          throw e;
        }
      }
    }
  }

  private List<Long> pids() throws IOException {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (DIGITS.matcher(name).matches()) {
          pids.add(Long.parseLong(name));
        }
      }
    }
    pids.sort(Comparator.naturalOrder());
    return pids;
  }

  private static String read(Path folder, String name) throws IOException {
    return Files.readString(folder.resolve(name), StandardCharsets.ISO_8859_1);
  }
}
