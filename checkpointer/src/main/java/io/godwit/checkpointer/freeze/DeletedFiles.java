package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The files that a container holds though they were deleted: a dump has their content. */
final class DeletedFiles {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What st_blocks counts in (inode(7)). */
  private static final long BLOCK = 512;

  /** How many are asked for at once: a command line has an end. */
  private static final int AT_ONCE = 500;

  private final ProcFs processes;
  private final CommandRunner commands;

  DeletedFiles(ProcFs processes, CommandRunner commands) {
    this.processes = processes;
    this.commands = commands;
  }

  /** What they take on the disk together, holes left out, in bytes. */
  long bytes(String containerId) throws IOException {
    List<String> paths = new ArrayList<>();
    for (HostProcess process : processes.ofContainer(containerId)) {
      for (Path file : processes.deletedFiles(process)) {
        paths.add(file.toString());
      }
    }
    Set<String> seen = new HashSet<>();
    long bytes = 0;
    for (int from = 0; from < paths.size(); from += AT_ONCE) {
      List<String> command = new ArrayList<>(List.of("stat", "--dereference", "--format=%d:%i %b"));
      command.addAll(paths.subList(from, Math.min(paths.size(), from + AT_ONCE)));
      // Those that were closed meanwhile make it fail, and are missing in what it says.
      for (String line : commands.run(command, PATIENCE).text().lines().toList()) {
        String[] words = line.split(" ", -1);
        bytes += seen.add(words[0]) ? Long.parseLong(words[1]) * BLOCK : 0;
      }
    }
    return bytes;
  }
}
