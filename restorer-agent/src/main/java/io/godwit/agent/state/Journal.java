package io.godwit.agent.state;

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
 * What the agent is about to do, one small file a task, written before it is done and removed when
 * nothing of it is left to do. After a crash it says where to look; what became of it, the machine
 * and the decision log say.
 *
 * <p>Steps of a restore: {@code PREPARED → CLAIMED → STARTING → DONE}; of a rehearsal only {@code
 * REHEARSING}.
 */
public final class Journal {
  /** How far a task is. */
  public enum Step {
    /** A container with the probe may be there. */
    REHEARSING,
    /** A container may be there, created and not started; no claim of this run is known. */
    PREPARED,
    /** The claim stands in the log. The container was not started. */
    CLAIMED,
    /** The container may have been started. */
    STARTING,
    /** The outcome stands in the log; what remains is to tidy up. */
    DONE
  }

  /**
   * One task.
   *
   * @param id the migration
   * @param step how far it is
   * @param container the name of its container on this device
   */
  public record Entry(MigrationId id, Step step, String container) {
    /** The same, further on. */
    public Entry at(Step next) {
      return new Entry(id, next, container);
    }

    private boolean rehearsal() {
      return step == Step.REHEARSING;
    }
  }

  private static final String SUFFIX = ".entry";
  private static final String REHEARSAL = ".rehearsal";

  private final Path folder;

  /**
   * @param folder created where it is missing
   */
  public Journal(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  /** Writes an entry, in place of the task's former one. */
  public Entry write(Entry entry) throws IOException {
    DurableFiles.write(
        file(entry),
        "%s\n%s\n%s\n"
            .formatted(entry.id, entry.step, entry.container)
            .getBytes(StandardCharsets.UTF_8));
    return entry;
  }

  /** Nothing of the task is left to do. */
  public void remove(Entry entry) throws IOException {
    DurableFiles.delete(file(entry));
  }

  /** The restore of a migration, where there is one. */
  public Optional<Entry> restoreOf(MigrationId id) throws IOException {
    try {
      return Optional.of(read(folder.resolve(id + SUFFIX)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** All tasks. */
  public List<Entry> all() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> entries = files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
      List<Entry> read = new java.util.ArrayList<>();
      for (Path file : entries) {
        read.add(read(file));
      }
      return List.copyOf(read);
    }
  }

  private Path file(Entry entry) {
    return folder.resolve(entry.id + (entry.rehearsal() ? REHEARSAL : "") + SUFFIX);
  }

  private static Entry read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    try {
      if (lines.size() == 3) {
        return new Entry(new MigrationId(lines.get(0)), Step.valueOf(lines.get(1)), lines.get(2));
      }
      throw new IllegalArgumentException("expected 3 lines, found " + lines.size());
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: not a journal entry: %s".formatted(file, e.getMessage()), e);
    }
  }
}
