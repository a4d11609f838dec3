package io.godwit.checkpointer.work;

import com.google.protobuf.ByteString;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.blob.SavedImages;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.source.InitProgram;
import io.godwit.contract.ContainerDescription;
import io.godwit.contract.FileTree;
import io.godwit.contract.ImageDescription;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Preparation;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineImage;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LayerListing;
import io.godwit.messaging.WireIsa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Puts into the blob store, while the container runs, what needs not wait until it is frozen: its
 * image as {@code docker save} writes it, the files of its writable layer, its volumes and the
 * like. An image that the store has from another migration is not saved again.
 */
final class AheadSender {
  /** Where the layer's listing is kept, in the migration's work folder. */
  static final String LISTING = "layer.listing";

  private final DockerEngine engine;
  private final LayerFiles layers;
  private final InitProgram init;
  private final TreeSender trees;
  private final BlobStore blobs;
  private final Journal journal;
  private final SavedImages saved;
  private final Progress progress;

  AheadSender(
      DockerEngine engine,
      LayerFiles layers,
      InitProgram init,
      TreeSender trees,
      BlobStore blobs,
      Journal journal,
      SavedImages saved,
      Progress progress) {
    this.engine = engine;
    this.layers = layers;
    this.init = init;
    this.trees = trees;
    this.blobs = blobs;
    this.journal = journal;
    this.saved = saved;
    this.progress = progress;
  }

  /**
   * What went ahead.
   *
   * @param bytes that the store did not have before
   */
  record Sent(Preparation preparation, long bytes) {}

  /** Sends all of it and describes the container. */
  Sent send(Migration.Rehearsing migration) throws IOException {
    var source = migration.source();
    Container container =
        engine
            .inspect(source.containerId())
            .orElseThrow(() -> new IOException("the container was removed meanwhile"));
    Path folder = journal.workFolder(migration.id());
    Optional<Blob> known = saved.find(container.image());
    Blob image = known.isPresent() ? known.get() : saved(migration, container.image(), folder);
    Blob layer = layer(migration, container, folder);
    List<FileTree> sent = trees.ahead(migration, container);
    Preparation preparation =
        Preparation.newBuilder()
            .setMigrationId(migration.id())
            .setHost(migration.request().getHost())
            .setDevice(migration.request().getDevice())
            .setContainer(
                ContainerDescription.newBuilder()
                    .setId(container.id())
                    .setName(container.name())
                    .setInspectJson(ByteString.copyFromUtf8(container.toJson()))
                    .setImage(
                        ImageDescription.newBuilder()
                            .setId(container.image())
                            .addAllTags(tags(container.image()))
                            .setArchive(image.toRef())))
            .setLayer(LayerArchive.newBuilder().setArchive(layer.toRef()))
            .addAllTrees(sent)
            .setSourceIsa(WireIsa.of(source.sourceIsa()))
            .setOptions(migration.request().getOptions())
            .setExpiresAtMs(migration.expiresAt().toEpochMilli())
            .build();
    long bytes = (known.isPresent() ? 0 : image.size()) + layer.size() + TreeSender.bytes(sent);
    return new Sent(preparation, bytes);
  }

  private Blob layer(Migration migration, Container container, Path folder) throws IOException {
    Path upper = LayerFiles.upperDir(container);
    Path archive = folder.resolve("layer.tar");
    LayerListing listing = layers.list(upper);
    LayerListingFile.write(listing, folder.resolve(LISTING));
    layers.archive(upper, listing, archive);
    Path program = folder.resolve("init");
    Optional<String> path = init.copy(container, program);
    if (path.isPresent()) {
      layers.addProgram(program, path.get(), archive);
    }
    return store(archive, migration, "its files go ahead");
  }

  private List<String> tags(String image) throws IOException {
    return engine.inspectImage(image).map(EngineImage::tags).orElse(List.of());
  }

  private Blob saved(Migration migration, String image, Path folder) throws IOException {
    Path file = folder.resolve("image.tar");
    Files.deleteIfExists(file);
    engine.saveImage(image, file);
    Blob archive = store(file, migration, "its image goes ahead");
    saved.note(image, archive);
    return archive;
  }

  private Blob store(Path file, Migration migration, String what) throws IOException {
    Blob blob = blobs.put(file, progress.of(migration, what, Files.size(file)));
    Files.delete(file);
    return blob;
  }
}
