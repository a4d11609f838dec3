package io.godwit.agent.state;

import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The agent's folder: {@code staging/MIGRATION} for what was fetched, {@code logs} for CRIU's logs,
 * {@code journal}. Only root looks in: memory of containers lies there.
 */
public final class StateFolder {
  private final Path root;
  private final Boot boot;

  /**
   * @param root created where it is missing
   * @param boot the present one
   */
  public StateFolder(Path root, Boot boot) throws IOException {
    this.root = Files.createDirectories(root);
    this.boot = boot;
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(root.resolve("staging"));
    Files.createDirectories(root.resolve("logs"));
  }

  /** The machine's run that this agent's is in. */
  public Boot boot() {
    return boot;
  }

  /** A file of the agent itself. */
  Path file(String name) {
    return root.resolve(name);
  }

  /** Bytes that may still be written where this folder lies. */
  public long room() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  /**
   * Marks that something stands here which is not known to be on the disk.
   *
   * @param file the mark, beside what it stands for
   */
  public void mark(Path file) throws IOException {
    DurableFiles.write(file, boot.id());
  }

  /**
   * Whether a mark stands, of this run of the machine: after a power cut the mark may be on the
   * disk and what it stands for not.
   */
  public boolean isMarked(Path file) throws IOException {
    return Files.exists(file) && Files.readString(file).equals(boot.id());
  }

  /** Where the journal is kept. */
  public Path journal() {
    return root.resolve("journal");
  }

  /** A migration's folder for what was fetched; created where it is missing. */
  public Path staging(MigrationId id) throws IOException {
    return Files.createDirectories(root.resolve("staging").resolve(id.value()));
  }

  /** Where the shared memory of a migration's container is mounted until it has its place. */
  public Path shared(MigrationId id) {
    return root.resolve("shared-memory").resolve(id.value());
  }

  /** The images that a migration's container is restored from. */
  public Path images(MigrationId id) throws IOException {
    return staging(id).resolve("images");
  }

  /** The mark that containers were seen to come through the runtime. */
  public Path held(MigrationId id) throws IOException {
    return staging(id).resolve("held");
  }

  /** Where CRIU writes its log of one dump or restore of a migration. */
  public Path log(MigrationId id, String what) {
    return root.resolve("logs").resolve("%s-%s.log".formatted(id, what));
  }

  /** Every migration that has something staged. */
  public List<MigrationId> staged() throws IOException {
    try (Stream<Path> folders = Files.list(root.resolve("staging"))) {
      return folders.map(folder -> new MigrationId(String.valueOf(folder.getFileName()))).toList();
    }
  }

  /** Deletes what was staged for a migration. */
  public void forget(MigrationId id) throws IOException {
    DurableFiles.deleteFolder(root.resolve("staging").resolve(id.value()));
  }
}
