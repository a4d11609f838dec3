package io.godwit.agent.state;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.contract.Attempt;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the agent is about to do, one small file a task, written before it is done and removed when
 * nothing of it is left to do. After a crash it says where to look; what became of it, the machine
 * and the decision log say.
 *
 * <p>Steps of a restore: {@code PREPARED → CLAIMED → STARTING → DONE}; of a rehearsal only {@code
 * REHEARSING}, and of a container that waits for its restore only {@code WAITING}.
 */
public final class Journal {
  /** How far a task is. */
  public enum Step {
    /** A container with the probe may be there. */
    REHEARSING,
    /** A container may be there that waits, not begun, since before there was a checkpoint. */
    WAITING,
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
   * @param container the name of its container on this device, when it was made
   * @param attempt what is being restored; none of a rehearsal, and the mark alone of what waits
   * @param boot the {@link Boot#id} of when this was written; empty before
   */
  public record Entry(MigrationId id, Step step, String container, Attempt attempt, String boot) {
    /** A rehearsal. */
    public static Entry rehearsal(MigrationId id, String container) {
      return new Entry(id, Step.REHEARSING, container, Attempt.getDefaultInstance(), "");
    }

    /** A container that waits. */
    public static Entry waiting(MigrationId id, String container, Attempt attempt) {
      return new Entry(id, Step.WAITING, container, attempt, "");
    }

    /** A restore, at some step. */
    public static Entry restore(MigrationId id, Step step, String container, Attempt attempt) {
      return new Entry(id, step, container, attempt, "");
    }

    /** The same, further on. */
    public Entry at(Step next) {
      return new Entry(id, next, container, attempt, boot);
    }

    private String suffix() {
      return switch (step) {
        case REHEARSING -> REHEARSAL + SUFFIX;
        case WAITING -> WAITING + SUFFIX;
        case PREPARED, CLAIMED, STARTING, DONE -> SUFFIX;
      };
    }
  }

  private static final String SUFFIX = ".entry";
  private static final String REHEARSAL = ".rehearsal";
  private static final String WAITING = ".waiting";

  /** Agents that knew no attempts wrote the first three lines only. */
  private static final int LINES_BEFORE = 3;

  private static final int LINES = 5;

  private final Path folder;
  private final Boot boot;

  /**
   * @param folder created where it is missing
   * @param boot the present one
   */
  public Journal(Path folder, Boot boot) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.boot = boot;
  }

  /**
   * Writes an entry, in place of the task's former one.
   *
   * @return as it was written: in this run of the machine
   */
  public Entry write(Entry entry) throws IOException {
    Entry now = new Entry(entry.id, entry.step, entry.container, entry.attempt, boot.id());
    DurableFiles.write(
        file(now),
        "%s\n%s\n%s\n%s\n%s\n"
            .formatted(now.id, now.step, now.container, words(now.attempt), now.boot));
    return now;
  }

  /** Nothing of the task is left to do. */
  public void remove(Entry entry) throws IOException {
    DurableFiles.delete(file(entry));
  }

  /** The restore of a migration, where there is one. */
  public Optional<Entry> restoreOf(MigrationId id) throws IOException {
    return find(id + SUFFIX);
  }

  /** The container of a migration that waits, where there is a note of one. */
  public Optional<Entry> waitingOf(MigrationId id) throws IOException {
    return find(id + WAITING + SUFFIX);
  }

  private Optional<Entry> find(String file) throws IOException {
    try {
      return Optional.of(read(folder.resolve(file)));
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
    return folder.resolve(entry.id + entry.suffix());
  }

  private static String words(Attempt attempt) {
    return Base64.getEncoder().encodeToString(attempt.toByteArray());
  }

  private static Attempt attempt(String words) throws InvalidProtocolBufferException {
    return Attempt.parseFrom(Base64.getDecoder().decode(words));
  }

  private static Entry read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    try {
      if (lines.size() != LINES && lines.size() != LINES_BEFORE) {
        throw new IllegalArgumentException(
            "expected %d lines, found %d".formatted(LINES, lines.size()));
      }
      return new Entry(
          new MigrationId(lines.get(0)),
          Step.valueOf(lines.get(1)),
          lines.get(2),
          lines.size() == LINES ? attempt(lines.get(3)) : Attempt.getDefaultInstance(),
          lines.size() == LINES ? lines.get(4) : "");
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      throw new IOException("%s: not a journal entry: %s".formatted(file, e.getMessage()), e);
    }
  }
}
