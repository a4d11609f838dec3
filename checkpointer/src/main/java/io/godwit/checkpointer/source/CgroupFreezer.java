package io.godwit.checkpointer.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** The kernel's freezer of cgroup v1 (cgroup-v1/freezer-subsystem) or v2 (cgroup.freeze). */
public final class CgroupFreezer {
  private final ProcFs proc;
  private final Path mounted;

  /**
   * @param mounted where cgroups are mounted, {@code /sys/fs/cgroup} but in tests
   */
  public CgroupFreezer(ProcFs proc, Path mounted) {
    this.proc = proc;
    this.mounted = mounted;
  }

  /** Lets all processes of a process's cgroup run. */
  public void thaw(HostProcess process) throws IOException {
    for (String line : proc.cgroups(process).lines().toList()) {
      // NUMBER:CONTROLLERS:PATH, no controllers being version 2 (cgroups(7)).
      String[] fields = line.split(":", 3);
      String path = fields[2].replaceFirst("^/", "");
      if (fields[1].isEmpty()) {
        write(mounted.resolve(path).resolve("cgroup.freeze"), "0");
      } else if (Arrays.asList(fields[1].split(",", -1)).contains("freezer")) {
        write(mounted.resolve("freezer").resolve(path).resolve("freezer.state"), "THAWED");
      }
    }
  }

  private static void write(Path file, String word) throws IOException {
    if (Files.exists(file)) {
      Files.writeString(file, word, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }
  }
}
