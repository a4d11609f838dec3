package io.godwit.checkpointer.work;

import com.google.protobuf.ByteString;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.blob.SavedImages;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.source.InitProgram;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.contract.BlobRef;
import io.godwit.contract.ContainerDescription;
import io.godwit.contract.ImageDescription;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Preparation;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LayerListing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

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

  /** Sends all of it and describes the container. */
  Preparation send(Migration migration) throws IOException {
    var source = migration.knownSource();
    SourceContainer container =
        engine
            .inspect(source.containerId())
            .map(SourceContainer::new)
            .orElseThrow(() -> new IOException("the container was removed meanwhile"));
    Path folder = journal.workFolder(migration.id());
    ImageDescription image = image(migration, container.image(), folder);
    Blob layer = layer(migration, container, folder);
    return Preparation.newBuilder()
        .setMigrationId(migration.id())
        .setHost(migration.request().getHost())
        .setDevice(migration.request().getDevice())
        .setContainer(
            ContainerDescription.newBuilder()
                .setId(container.id())
                .setName(container.name())
                .setInspectJson(
                    ByteString.copyFrom(container.inspect().toString(), StandardCharsets.UTF_8))
                .setImage(image))
        .setLayer(LayerArchive.newBuilder().setArchive(layer.toRef()))
        .addAllTrees(trees.ahead(migration, container))
        .setSourceIsa(source.sourceIsa().wireName())
        .setOptions(migration.request().getOptions())
        .setExpiresAtMs(migration.expiresAt().map(Instant::toEpochMilli).orElse(0L))
        .build();
  }

  private Blob layer(Migration migration, SourceContainer container, Path folder)
      throws IOException {
    Path upper = LayerFiles.upperDir(container.inspect());
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

  private ImageDescription image(Migration migration, String id, Path folder) throws IOException {
    List<String> tags =
        engine.inspectImage(id).stream()
            .flatMap(i -> StreamSupport.stream(i.path("RepoTags").spliterator(), false))
            .map(tag -> tag.asText())
            .toList();
    Optional<Blob> known = saved.find(id);
    Blob archive;
    if (known.isPresent()) {
      archive = known.get();
    } else {
      Path file = folder.resolve("image.tar");
      Files.deleteIfExists(file);
      engine.saveImage(id, file);
      archive = store(file, migration, "its image goes ahead");
      saved.note(id, archive);
    }
    return ImageDescription.newBuilder()
        .setId(id)
        .addAllTags(tags)
        .setArchive(archive.toRef())
        .build();
  }

  private Blob store(Path file, Migration migration, String what) throws IOException {
    Blob blob = blobs.put(file, progress.of(migration, what, Files.size(file)));
    Files.delete(file);
    return blob;
  }

  /** The bytes that a preparation refers to. */
  static long bytes(Preparation preparation) {
    BlobRef image = preparation.getContainer().getImage().getArchive();
    return image.getSize()
        + preparation.getLayer().getArchive().getSize()
        + TreeSender.bytes(preparation.getTreesList());
  }
}
