package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
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
   * @param inspect the container, as the Engine described it before it was frozen
   */
  public void note(JsonNode inspect, String migration) throws IOException {
    Files.createDirectories(folder);
    DurableFiles.write(
        file(inspect),
        "%s\n%s\n".formatted(migration, startedAt(inspect)).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The migration that left a container behind; empty where none did, or where it runs or was
   * started since.
   */
  public Optional<String> migration(JsonNode inspect) throws IOException {
    String status = inspect.path("State").path("Status").asText();
    if (!status.equals("exited")) {
      return Optional.empty();
    }
    try {
      List<String> lines = Files.readAllLines(file(inspect));
      return lines.size() == 2 && lines.get(1).equals(startedAt(inspect))
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

  private Path file(JsonNode inspect) {
    return folder.resolve(inspect.path("Id").asText());
  }

  // Every start sets it, one from a checkpoint too; the Engine keeps it to the nanosecond.
  private static String startedAt(JsonNode inspect) {
    return inspect.path("State").path("StartedAt").asText();
  }
}
