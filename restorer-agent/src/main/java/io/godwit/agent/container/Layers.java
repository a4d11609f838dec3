package io.godwit.agent.container;

import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.contract.LayerArchive;
import io.godwit.docker.Container;
import io.godwit.docker.LayerFiles;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Archives of containers' writable layers. What was fetched for the rehearsal stays staged for the
 * restore, so it is not fetched while the container stands still.
 */
public final class Layers {
  private static final String AHEAD = "layer-ahead.record";

  private final BlobStore blobs;
  private final LayerFiles files;
  private final StateFolder state;

  public Layers(BlobStore blobs, LayerFiles files, StateFolder state) {
    this.blobs = blobs;
    this.files = files;
    this.state = state;
  }

  /** The file of a blob among what is staged for a migration, fetched where it is not there yet. */
  public Path staged(MigrationId id, Blob blob, LongConsumer progress) throws IOException {
    Path file = state.staging(id).resolve(blob.sha256());
    if (!Files.exists(file)) {
      blobs.fetch(blob, file, progress);
    }
    return file;
  }

  /** Whether a blob is staged already. */
  public boolean isStaged(MigrationId id, Blob blob) throws IOException {
    return Files.exists(state.staging(id).resolve(blob.sha256()));
  }

  /** Notes what was sent ahead, for the restore that may follow. */
  public void noteAhead(MigrationId id, LayerArchive ahead) throws IOException {
    DurableFiles.write(state.staging(id).resolve(AHEAD), ahead.toByteArray());
  }

  /**
   * The archives that make a container's writable layer: what was sent ahead, then what came with
   * the checkpoint.
   *
   * @throws IOException when it is not known any more what was sent ahead
   */
  public List<LayerArchive> all(MigrationId id, LayerArchive withCheckpoint) throws IOException {
    Path ahead = state.staging(id).resolve(AHEAD);
    if (!Files.exists(ahead)) {
      throw new IOException(
          "What was sent ahead for the rehearsal is not on this device any more; ask for a new migration.");
    }
    return List.of(LayerArchive.parseFrom(Files.readAllBytes(ahead)), withCheckpoint);
  }

  /**
   * Brings the layer of a container that waits, and so has its files mounted, to what it was when
   * it was frozen.
   *
   * @param mount where they are
   */
  public void change(MigrationId id, LayerArchive withCheckpoint, Path mount) throws IOException {
    LayerArchive ahead = all(id, withCheckpoint).getFirst();
    if (!withCheckpoint.hasArchive()) {
      return;
    }
    Path before = staged(id, Blob.of(ahead.getArchive()), BlobStore.SILENT);
    Path file = staged(id, Blob.of(withCheckpoint.getArchive()), BlobStore.SILENT);
    files.unpackMounted(file, withCheckpoint.getRemovedList(), before, mount);
  }

  /** Unpacks archives, in their order, into a container that does not run. */
  public void fill(MigrationId id, List<LayerArchive> archives, Container container)
      throws IOException {
    Path layer = LayerFiles.upperDir(container);
    for (LayerArchive archive : archives) {
      if (archive.hasArchive()) {
        Path file = staged(id, Blob.of(archive.getArchive()), BlobStore.SILENT);
        files.unpack(file, archive.getRemovedList(), layer);
      }
    }
  }
}
