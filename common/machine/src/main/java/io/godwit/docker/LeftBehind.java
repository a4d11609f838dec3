package io.godwit.docker;

import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Notes on the stopped containers of this machine that a migration has left behind: the
 * checkpointer writes one when the container runs elsewhere, and the agent reads it when that
 * container comes home and wants its name. Both find them in one state folder. A note holds for a
 * container only as long as nobody has started it since.
 */
public final class LeftBehind {
  private final Path folder;

  /**
   * @param stateDir what the services of this machine keep; the notes lie in {@code left-behind}
   */
  public LeftBehind(Path stateDir) {
    this.folder = stateDir.resolve("left-behind");
  }

  /**
   * Notes that a stopped container is what a migration left.
   *
   * @param container as the Engine described it before it was frozen
   */
  public void note(Container container, String migration) throws IOException {
    Files.createDirectories(folder);
    DurableFiles.write(
        file(container),
        "%s\n%s\n".formatted(migration, startedAt(container)).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The migration that left a container behind; empty where none did, or where it runs or was
   * started since.
   */
  public Optional<String> migration(Container container) throws IOException {
    if (!container.state().status().equals("exited")) {
      return Optional.empty();
    }
    try {
      List<String> lines = Files.readAllLines(file(container));
      return lines.size() == 2 && lines.get(1).equals(startedAt(container))
          ? Optional.of(lines.getFirst())
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The container is gone. */
  public void forget(String containerId) throws IOException {
    DurableFiles.delete(folder.resolve(containerId));
  }

  /** Forgets the containers that are gone. */
  public void sweep(DockerEngine engine) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<String> noted;
    try (Stream<Path> files = Files.list(folder)) {
      noted = files.map(file -> String.valueOf(file.getFileName())).toList();
    }
    for (String id : noted) {
      if (engine.inspect(id).isEmpty()) {
        forget(id);
      }
    }
  }

  private Path file(Container container) {
    return folder.resolve(container.id());
  }

  // Every start sets it, one from a checkpoint too; the Engine keeps it to the nanosecond.
  private static String startedAt(Container container) {
    return container.json().path("State").path("StartedAt").asText();
  }
}
