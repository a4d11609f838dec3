package io.godwit.checkpointer.work;

import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.pages.WholePages;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.FileTree;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Manifest;
import io.godwit.contract.Preparation;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.messaging.WireIsa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Puts a frozen container's images and changed files into the blob store, and describes all. */
final class CheckpointUploader {
  private final DockerEngine engine;
  private final LayerFiles layers;
  private final TreeSender trees;
  private final BlobStore blobs;
  private final Journal journal;
  private final Progress progress;
  private final HostFacts host;
  private final Clock clock;

  CheckpointUploader(
      DockerEngine engine,
      LayerFiles layers,
      TreeSender trees,
      BlobStore blobs,
      Journal journal,
      Progress progress,
      HostFacts host,
      Clock clock) {
    this.engine = engine;
    this.layers = layers;
    this.trees = trees;
    this.blobs = blobs;
    this.journal = journal;
    this.progress = progress;
    this.host = host;
    this.clock = clock;
  }

  /** The migration with its checkpoint, ready to be published. */
  Migration upload(Migration migration) throws IOException {
    Instant begin = clock.instant();
    var source = migration.knownSource();
    Preparation preparation = migration.preparation().orElseThrow();
    CheckpointFolder folder = folder(migration, migration.touch().checkpoint().orElseThrow());
    SourceContainer container =
        engine
            .inspect(source.containerId())
            .map(SourceContainer::new)
            .orElseThrow(() -> new IOException("the frozen container was removed"));
    LayerArchive layer = changedFiles(migration, container);
    List<FileTree> changed = trees.changes(migration, container, preparation.getTreesList());
    WholePages.Upload pages = images(migration, folder);
    Manifest images = pages.manifest();
    long bytes = layer.getArchive().getSize() + TreeSender.bytes(changed) + pages.bytes();
    Migration timed = migration.withPhase(PhaseName.UPLOAD.time(begin, clock.instant(), bytes));
    return timed.withCheckpoint(
        Checkpoint.newBuilder()
            .setMigrationId(migration.id())
            .setHost(migration.request().getHost())
            .setDevice(migration.request().getDevice())
            .setContainer(preparation.getContainer())
            .setOptions(preparation.getOptions())
            .setSourceIsa(WireIsa.of(source.sourceIsa()))
            .setTargetIsa(WireIsa.of(source.targetIsa()))
            .setCriuVersion(host.criu().map(Object::toString).orElse(""))
            .setImages(images)
            .setTemplate(migration.template().orElseThrow())
            .addAllTwins(source.twins())
            .setLayer(layer)
            .addAllTrees(changed)
            .setFrozenAtMs(migration.touch().frozenAt().map(Instant::toEpochMilli).orElse(0L))
            .setExpiresAtMs(migration.expiresAt().map(Instant::toEpochMilli).orElse(0L))
            .addAllPhases(timed.phases())
            .build());
  }

  /** The two places of a checkpoint of this migration. */
  CheckpointFolder folder(Migration migration, String checkpoint) throws IOException {
    return CheckpointFolder.of(
        engine,
        migration.knownSource().containerId(),
        checkpoint,
        journal.workFolder(migration.id()));
  }

  private WholePages.Upload images(Migration migration, CheckpointFolder folder)
      throws IOException {
    List<Path> files = new ArrayList<>(folder.files());
    files.add(folder.descriptors());
    long total = 0;
    for (Path file : files) {
      total += Files.size(file);
    }
    return new WholePages(blobs, host.pageSize())
        .upload(
            files, folder.ahead(), progress.of(migration, "images go to the blob store", total));
  }

  private LayerArchive changedFiles(Migration migration, SourceContainer container)
      throws IOException {
    Path work = journal.workFolder(migration.id());
    Path archive = work.resolve("changes.tar");
    List<String> removed =
        layers.archiveChanges(
            LayerFiles.upperDir(container.inspect()),
            LayerListingFile.read(work.resolve(AheadSender.LISTING)),
            archive);
    var blob = blobs.put(archive, BlobStore.SILENT);
    Files.delete(archive);
    return LayerArchive.newBuilder().setArchive(blob.toRef()).addAllRemoved(removed).build();
  }
}
