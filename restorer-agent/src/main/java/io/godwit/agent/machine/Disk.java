package io.godwit.agent.machine;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Has the kernel write out what lies in its memory only. A container counts as moved when its files
 * outlive a power cut here, since its source may be removed then.
 */
public final class Disk {
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final CommandRunner commands;

  public Disk(CommandRunner commands) {
    this.commands = commands;
  }

  /**
   * Returns when everything that was written to the file systems of these places before is on their
   * disks (syncfs(2)): one call a file system, whichever of its files are named.
   *
   * @param places that exist
   * @throws IOException when a disk does not take it
   */
  public void sync(Collection<Path> places) throws IOException {
    Map<Object, Path> fileSystems = new LinkedHashMap<>();
    for (Path place : places) {
      fileSystems.putIfAbsent(Files.getAttribute(place, "unix:dev"), place);
    }
    // The long option is GNU's alone.
    List<String> command = new ArrayList<>(List.of("sync", "-f"));
    fileSystems.values().forEach(place -> command.add(place.toString()));
    CommandRunner.Result synced = commands.run(command, PATIENCE);
    if (synced.exit() != 0) {
      throw new IOException(
          "What was written is not on the disk: sync ended with %d: %s"
              .formatted(synced.exit(), synced.errors()));
    }
  }
}
