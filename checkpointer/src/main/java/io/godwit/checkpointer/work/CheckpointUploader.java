package io.godwit.checkpointer.work;

import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Order;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.pages.WholePages;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.FileTree;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Manifest;
import io.godwit.contract.Preparation;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.messaging.WireIsa;
import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Puts a frozen container's images and changed files into the blob store, and describes all. */
final class CheckpointUploader {
  private static final Duration GRACE = Duration.ofMillis(200);

  private final DockerEngine engine;
  private final LayerFiles layers;
  private final TreeSender trees;
  private final BlobStore blobs;
  private final Journal journal;
  private final Progress progress;
  private final HostFacts host;
  private final Threads threads;
  private final Clock clock;

  CheckpointUploader(
      DockerEngine engine,
      LayerFiles layers,
      TreeSender trees,
      BlobStore blobs,
      Journal journal,
      Progress progress,
      HostFacts host,
      Threads threads,
      Clock clock) {
    this.engine = engine;
    this.layers = layers;
    this.trees = trees;
    this.blobs = blobs;
    this.journal = journal;
    this.progress = progress;
    this.host = host;
    this.threads = threads;
    this.clock = clock;
  }

  /**
   * What is ready to be published, but for its attempt.
   *
   * @param order of the migration, with the time that this took
   */
  record Uploaded(Order order, Checkpoint.Builder checkpoint) {}

  /** What a frozen container's files have become since they went ahead. */
  private record Changed(LayerArchive layer, List<FileTree> trees) {
    /** Takes a copy. */
    Changed {
      trees = List.copyOf(trees);
    }

    private long bytes() {
      return layer.getArchive().getSize() + TreeSender.bytes(trees);
    }
  }

  private Changed files(Migration.Freezing migration) throws IOException {
    Container container =
        engine
            .inspect(migration.prepared().source().containerId())
            .orElseThrow(() -> new IOException("the frozen container was removed"));
    return new Changed(
        changedFiles(migration, container),
        trees.changes(migration, container, migration.prepared().preparation().getTreesList()));
  }

  /**
   * Uploads what the dump in a folder, and the frozen container's files, are. Neither before the
   * dump has ended: CRIU makes links among the files, and the Engine still writes the log.
   */
  Uploaded upload(Migration.Freezing migration, CheckpointFolder folder)
      throws IOException, InterruptedException {
    Instant begin = clock.instant();
    Source source = migration.prepared().source();
    Preparation preparation = migration.prepared().preparation();
    Beside<Changed> beside =
        Beside.begin(threads, "files-" + migration.id(), () -> files(migration));
    WholePages.Upload pages;
    try {
      pages = images(migration, folder);
    } catch (IOException | RuntimeException e) {
      beside.takeBack();
      // It has an archive in the folder that is tidied next.
      beside.isOver(GRACE);
      throw e;
    }
    Changed files = beside.orFailure();
    Manifest images = pages.manifest();
    long bytes = files.bytes() + pages.bytes();
    Order timed = migration.order().withPhase(PhaseName.UPLOAD.time(begin, clock.instant(), bytes));
    return new Uploaded(
        timed,
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
            .setTemplate(migration.prepared().template())
            .addAllTwins(source.twins())
            .setLayer(files.layer())
            .addAllTrees(files.trees())
            .setFrozenAtMs(
                migration.standstill().freeze().map(f -> f.at().toEpochMilli()).orElse(0L))
            .setExpiresAtMs(migration.prepared().expiresAt().toEpochMilli())
            .addAllPhases(timed.phases()));
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

  private LayerArchive changedFiles(Migration migration, Container container) throws IOException {
    Path work = journal.workFolder(migration.id());
    Path archive = work.resolve("changes.tar");
    List<String> removed =
        layers.archiveChanges(
            LayerFiles.upperDir(container),
            LayerListingFile.read(work.resolve(AheadSender.LISTING)),
            archive);
    var blob = blobs.put(archive, BlobStore.SILENT);
    Files.delete(archive);
    return LayerArchive.newBuilder().setArchive(blob.toRef()).addAllRemoved(removed).build();
  }
}
