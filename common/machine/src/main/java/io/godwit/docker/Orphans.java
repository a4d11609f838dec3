package io.godwit.docker;

import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an Engine leaves that is killed while it starts a container: its containerd, the shim, runc
 * and CRIU go on without it, and the next Engine knows nothing of the process that comes out of it.
 * So where the Engine says that nothing of a container runs, that alone is no proof.
 */
public final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
  private static final Duration KILL = Duration.ofSeconds(10);
  private static final Duration GLANCE = Duration.ofMillis(100);

  private static final int GLANCES = 100;

  /** From its first moment to its last, a container has a shim, which names it in its arguments. */
  private static final String SHIM = "containerd-shim";

  private static final Set<String> RUNTIMES = Set.of("runc", "crun");

  /** Whoever clears away may do so. */
  private static final String DELETE = "delete";

  private final Path proc;
  private final CommandRunner commands;
  private final Sleeper sleeper;

  /**
   * @param proc {@code /proc} but in tests
   */
  public Orphans(Path proc, CommandRunner commands, Sleeper sleeper) {
    this.proc = proc;
    this.commands = commands;
    this.sleeper = sleeper;
  }

  /**
   * Kills every process of a container, and whoever is about to start one. Only for a container of
   * which the Engine says that it does not run, or that it has none of its id.
   *
   * @param containerId the full id
   * @throws IOException when there are some still
   */
  public void end(String containerId) throws IOException, InterruptedException {
    for (int glances = 0; glances < GLANCES; glances++) {
      List<String> found = find(containerId);
      if (found.isEmpty()) {
        return;
      }
      LOG.warn(
          "the Engine says that container {} does not run, and there are processes of it; {} are killed",
          containerId,
          found);
      List<String> command = new ArrayList<>(List.of("kill", "-KILL"));
      command.addAll(found);
      commands.run(command, KILL);
      sleeper.sleep(GLANCE);
    }
    throw new IOException(
        "there are processes of container %s that the Engine does not know of, and they do not end"
            .formatted(containerId));
  }

  private List<String> find(String containerId) throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : all) {
        if (isOf(process, containerId)) {
          found.add(String.valueOf(process.getFileName()));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    return found;
  }

  private boolean isOf(Path process, String containerId) {
    try {
      return text(process.resolve("cgroup")).contains(containerId)
          || (starts(process, containerId) && isFromHere(process));
    } catch (IOException e) {
      // It has ended meanwhile.
      return false;
    }
  }

  private static boolean starts(Path process, String containerId) throws IOException {
    List<String> words = List.of(text(process.resolve("cmdline")).split("\0", -1));
    String program = words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1);
    return (program.startsWith(SHIM) || RUNTIMES.contains(program))
        && words.contains(containerId)
        && !words.contains(DELETE);
  }

  /** What a container calls itself is no runtime. */
  private boolean isFromHere(Path process) throws IOException {
    return Files.readSymbolicLink(process.resolve("ns/pid"))
        .equals(Files.readSymbolicLink(proc.resolve("self/ns/pid")));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }
}
