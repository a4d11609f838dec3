package io.godwit.checkpointer.migration;

import com.google.protobuf.TextFormat;
import io.godwit.contract.Rehearsal;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The migrations of this host on disk: {@code migrations/UUID/migration.txt}, written only by the
 * migration's worker, and beside it {@code rehearsal.txt}, written only by the consumer of
 * rehearsals, so that neither waits for the other. {@code work/} beside them is for files that can
 * be made again.
 *
 * <p>Where nothing is left to do, the folder goes to {@code migrations/ended/UUID}, so that a start
 * reads what is alive and nothing else, however much there has been.
 */
public final class Journal {
  /** In the state folder. */
  public static final String FOLDER = "migrations";

  /**
   * How long one is known that has ended: longer than a request or a decision of it can be in
   * Kafka, as Godwit makes those topics, so that none of them begins it once more.
   */
  public static final Duration KEPT = Duration.ofDays(90);

  private static final String ENDED = "ended";
  private static final String WORK = "work";

  private static final String ENTRY = "migration.txt";
  private static final String REHEARSAL = "rehearsal.txt";
  private static final TextFormat.Parser PARSER =
      TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build();

  private final Path migrations;

  /**
   * @param stateDir an absolute path
   */
  public Journal(Path stateDir) throws IOException {
    this.migrations = stateDir.resolve(FOLDER);
    DurableFiles.makeFolder(migrations);
    // A container's environment and files lie there.
    Files.setPosixFilePermissions(migrations, PosixFilePermissions.fromString("rwx------"));
  }

  /** Journals a migration unless one of this id is known; says whether it was new. */
  public synchronized boolean accept(Migration migration) throws IOException {
    if (find(migration.id()).isPresent()) {
      return false;
    }
    save(migration);
    return true;
  }

  /** What is known of a migration; nothing where the id is none. */
  public Optional<Migration> find(String id) throws IOException {
    if (!isId(id)) {
      return Optional.empty();
    }
    Optional<Migration> alive = read(folder(id));
    return alive.isPresent() ? alive : read(ended().resolve(id));
  }

  /**
   * The migrations that are not settled, the oldest first. Those that are, and could not be put
   * away when they were, are now.
   *
   * @throws IOException when an entry cannot be read: going on without it could leave a container
   *     frozen
   */
  public List<Migration> unsettled() throws IOException {
    List<Migration> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(migrations, Files::isDirectory)) {
      for (Path folder : folders) {
        Optional<Migration> migration =
            isId(String.valueOf(folder.getFileName())) ? read(folder) : Optional.empty();
        if (migration.filter(Migration::settled).isPresent()) {
          end(migration.get().id());
        } else {
          migration.ifPresent(found::add);
        }
      }
    }
    found.sort(Comparator.comparing(migration -> migration.order().acceptedAt()));
    return found;
  }

  /** Keeps the device's answer; the first one stays. */
  public synchronized void keepRehearsal(Rehearsal rehearsal) throws IOException {
    Path file = folder(rehearsal.getMigrationId()).resolve(REHEARSAL);
    if (!Files.exists(file)) {
      DurableFiles.write(file, TextFormat.printer().printToString(rehearsal));
    }
  }

  /** The device's answer, as soon as there is one. */
  public Optional<Rehearsal> rehearsal(String id) throws IOException {
    Path file = folder(id).resolve(REHEARSAL);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Rehearsal.Builder builder = Rehearsal.newBuilder();
    PARSER.merge(Files.readString(file), builder);
    return Optional.of(builder.build());
  }

  /** A folder for files that can be made again; removed when the migration is settled. */
  public Path workFolder(String id) throws IOException {
    return Files.createDirectories(folder(id).resolve(WORK));
  }

  /** A file that stays when the migration is settled, such as CRIU's log. */
  public Path keptFile(String id, String name) throws IOException {
    return Files.createDirectories(folder(id)).resolve(name).toAbsolutePath();
  }

  void save(Migration migration) throws IOException {
    Path folder = folder(migration.id());
    DurableFiles.makeFolder(folder);
    DurableFiles.write(folder.resolve(ENTRY), JournalCodec.encode(migration));
  }

  /** Puts away what is settled: its files that can be made again go, the rest is kept. */
  void end(String id) throws IOException {
    DurableFiles.deleteFolder(folder(id).resolve(WORK));
    DurableFiles.makeFolder(ended());
    Files.move(folder(id), ended().resolve(id), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Forgets those that ended before a time. */
  public void forget(Instant before) throws IOException {
    if (!Files.isDirectory(ended())) {
      return;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(ended())) {
      for (Path folder : folders) {
        Path entry = folder.resolve(ENTRY);
        // Without one it was not deleted to its end.
        if (!Files.exists(entry) || Files.getLastModifiedTime(entry).toInstant().isBefore(before)) {
          DurableFiles.deleteFolder(folder);
        }
      }
    }
  }

  private Path ended() {
    return migrations.resolve(ENDED);
  }

  private Optional<Migration> read(Path folder) throws IOException {
    Path file = folder.resolve(ENTRY);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JournalCodec.decode(Files.readString(file)));
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "the journal entry %s cannot be read: %s. Look at the container that it names, then mend or remove the folder %s."
              .formatted(file, e.getMessage(), folder),
          e);
    }
  }

  private Path folder(String id) {
    if (!isId(id)) {
      throw new IllegalArgumentException("not a UUID in its canonical form: " + id);
    }
    return migrations.resolve(id);
  }

  /** Whether this is a UUID in its canonical form: 36 characters, lower-case. */
  public static boolean isId(String id) {
    try {
      return UUID.fromString(id).toString().equals(id);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
