package io.godwit.checkpointer.source;

import io.godwit.docker.CommandRunner;
import io.godwit.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What processes watch by inotify(7). The kernel tells an inode, not a path ({@code
 * /proc/PID/fdinfo}), and overlayfs opens no file by its inode; so CRIU searches the path, in a few
 * folders of its own choice and those that it is told (criu/irmap.c). They are found here.
 */
public final class InotifyWatches {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern WATCH = Pattern.compile("(?m)^inotify wd:\\S+ ino:([0-9a-f]+) ");

  private static final Set<String> NO_FILES =
      Set.of("proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue");

  private final ProcFs proc;
  private final CommandRunner commands;

  public InotifyWatches(ProcFs proc, CommandRunner commands) {
    this.proc = proc;
    this.commands = commands;
  }

  /**
   * What was found.
   *
   * @param folders that CRIU has to search, as paths in the container
   * @param nameless how many watched inodes have no path any more
   */
  public record Found(List<String> folders, int nameless) {
    /** Takes a copy. */
    public Found {
      folders = List.copyOf(folders);
    }
  }

  /** Looks at the watches of all of a container's processes. */
  public Found find(List<HostProcess> processes) throws IOException {
    Set<Long> inodes = new TreeSet<>();
    for (HostProcess process : processes) {
      Matcher watch = WATCH.matcher(proc.inotifyDescriptors(process));
      while (watch.find()) {
        inodes.add(Long.parseUnsignedLong(watch.group(1), 16));
      }
    }
    if (inodes.isEmpty()) {
      return new Found(List.of(), 0);
    }
    HostProcess first = processes.getFirst();
    Set<String> folders = new TreeSet<>();
    Set<Long> named = new TreeSet<>();
    String root = proc.root(first).toString();
    for (String line : search(first, root, inodes)) {
      String[] words = line.split(" ", 3);
      named.add(Long.parseLong(words[1]));
      Path path = Path.of("/").resolve(words[2].substring(root.length()).replaceFirst("^/+", ""));
      Path parent = path.getParent();
      folders.add((words[0].equals("d") || parent == null ? path : parent).toString());
    }
    return new Found(List.copyOf(folders), inodes.size() - named.size());
  }

  private List<String> search(HostProcess first, String root, Set<Long> inodes) throws IOException {
    List<String> command = new ArrayList<>();
    command.add("find");
    for (MountInfo mount : proc.mounts(first)) {
      if (!NO_FILES.contains(mount.type())) {
        // The slash has find follow the link that the root is.
        command.add(root + mount.point() + (mount.point().endsWith("/") ? "" : "/"));
      }
    }
    command.addAll(List.of("-xdev", "(", "-false"));
    for (long inode : inodes) {
      command.addAll(List.of("-o", "-inum", Long.toUnsignedString(inode)));
    }
    command.addAll(List.of(")", "-printf", "%y %i %p\\0"));
    CommandRunner.Result result = commands.run(command, PATIENCE);
    // 1: a file went away, or a mount point is gone, while it was searched.
    if (result.exit() > 1) {
      throw new IOException("find failed: " + result.errors());
    }
    return List.of(result.text().split("\0", -1)).stream().filter(s -> !s.isEmpty()).toList();
  }
}
