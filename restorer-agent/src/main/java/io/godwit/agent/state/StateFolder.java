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

  /**
   * @param root created where it is missing
   */
  public StateFolder(Path root) throws IOException {
    this.root = Files.createDirectories(root);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(root.resolve("staging"));
    Files.createDirectories(root.resolve("logs"));
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
