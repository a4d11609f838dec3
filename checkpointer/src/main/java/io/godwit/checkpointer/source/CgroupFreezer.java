package io.godwit.checkpointer.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kernel's freezer of cgroup v1 (cgroup-v1/freezer-subsystem) or v2 (cgroup.freeze). */
public final class CgroupFreezer {
  private static final String V1 = "freezer.state";
  private static final String V2 = "cgroup.freeze";

  private final ProcFs proc;
  private final Path mounted;

  /**
   * @param mounted where cgroups are mounted, {@code /sys/fs/cgroup} but in tests
   */
  public CgroupFreezer(ProcFs proc, Path mounted) {
    this.proc = proc;
    this.mounted = mounted;
  }

  /** What the kernel says. */
  public enum State {
    THAWED,
    /** Some still run: in the kernel, or about to stand. */
    FREEZING,
    FROZEN
  }

  /** Lets all processes of a container run. */
  public void thaw(HostProcess process, String containerId) throws IOException {
    write(folders(process, containerId), "THAWED", "0");
  }

  /** Has all processes of a container stand still; they do when {@link #state} says so. */
  public void freeze(HostProcess process, String containerId) throws IOException {
    write(folders(process, containerId), "FROZEN", "1");
  }

  /**
   * How a container stands.
   *
   * @param process any one of it
   */
  public State state(HostProcess process, String containerId) throws IOException {
    State state = State.THAWED;
    for (Path folder : folders(process, containerId)) {
      Path v1 = folder.resolve(V1);
      Path events = folder.resolve("cgroup.events");
      if (Files.exists(v1)) {
        state = State.valueOf(Files.readString(v1).strip());
      } else if (Files.exists(folder.resolve(V2)) && isOne(folder.resolve(V2))) {
        // "frozen 1" when the last of them has come to a stand (cgroup-v2, "cgroup.events").
        state =
            Files.readString(events).lines().anyMatch("frozen 1"::equals)
                ? State.FROZEN
                : State.FREEZING;
      }
      if (state != State.THAWED) {
        return state;
      }
    }
    return state;
  }

  private static boolean isOne(Path file) throws IOException {
    return Files.readString(file).strip().equals("1");
  }

  /**
   * The folders of a container's cgroups that can be frozen. Its own processes may have gone into
   * cgroups below, which stand still with theirs.
   */
  private List<Path> folders(HostProcess process, String containerId) throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String line : proc.cgroups(process).lines().toList()) {
      // NUMBER:CONTROLLERS:PATH, no controllers being version 2 (cgroups(7)).
      String[] fields = line.split(":", 3);
      String path = upTo(containerId, fields[2]);
      if (fields[1].isEmpty()) {
        folders.add(mounted.resolve(path));
      } else if (Arrays.asList(fields[1].split(",", -1)).contains("freezer")) {
        folders.add(mounted.resolve("freezer").resolve(path));
      }
    }
    return folders;
  }

  private static String upTo(String containerId, String path) {
    int end = path.indexOf('/', Math.max(0, path.indexOf(containerId)) + 1);
    return (end < 0 || !path.contains(containerId) ? path : path.substring(0, end))
        .replaceFirst("^/", "");
  }

  private static void write(List<Path> folders, String v1, String v2) throws IOException {
    for (Path folder : folders) {
      write(folder.resolve(V1), v1);
      write(folder.resolve(V2), v2);
    }
  }

  private static void write(Path file, String word) throws IOException {
    if (Files.exists(file)) {
      Files.writeString(file, word, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }
  }
}
