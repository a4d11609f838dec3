package io.godwit.checkpointer.work;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.checkpointer.freeze.CheckpointFolder;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Migration.Touched;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.FileTree;
import io.godwit.contract.LayerArchive;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.SharedMemory;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source's own checkpoint, for when its frozen processes are gone. There are two copies of it.
 * What lies on this machine's disk is used as long as the machine has not been started anew since:
 * it was never forced there, so after a power cut nobody knows what is in those files. What is in
 * the store is used otherwise, from the moment that it was all there, which is before anybody could
 * claim. Both are whole memory: what went ahead is the lower layer of the one, and part of what the
 * other's manifest names.
 */
final class OwnCheckpoint {
  private static final Logger LOG = LoggerFactory.getLogger(OwnCheckpoint.class);

  /** In the migration's work folder: the store's copy. */
  private static final String STORED = "stored";

  /** Beside the store's copy, once it is whole: the run of this machine in which that was. */
  private static final String FETCHED = "fetched";

  /** In the work folder: this machine's own copy is of no use. */
  private static final String DAMAGED = "images.damaged";

  private final DockerEngine engine;
  private final ProcFs processes;
  private final Journal journal;
  private final BlobStore blobs;
  private final LayerFiles layers;
  private final SharedMemory sharedMemory;

  OwnCheckpoint(
      DockerEngine engine,
      ProcFs processes,
      Journal journal,
      BlobStore blobs,
      LayerFiles layers,
      SharedMemory sharedMemory) {
    this.engine = engine;
    this.processes = processes;
    this.journal = journal;
    this.blobs = blobs;
    this.layers = layers;
    this.sharedMemory = sharedMemory;
  }

  /** What there is of it. */
  sealed interface Copy {
    /**
     * One that can be used.
     *
     * @param which as people call it, after "its own checkpoint"
     */
    record Whole(CheckpointFolder folder, String which) implements Copy {}

    /**
     * There is one, and it cannot be used now.
     *
     * @param why a part of a sentence, with what to do where there is anything
     */
    record Away(String why) implements Copy {}

    /**
     * There is none that anybody could trust, and there never will be.
     *
     * @param why a part of a sentence
     */
    record None(String why) implements Copy {}
  }

  /**
   * The copy to use; the store's is fetched and verified where it has to be.
   *
   * @param container as the Engine has it; it does not run
   * @throws IOException when the Engine or this machine does not answer
   */
  Copy find(Migration migration, Touched touched, Container container) throws IOException {
    Standstill standstill = touched.standstill();
    if (standstill.dump().isEmpty()) {
      return new Copy.None("there is no checkpoint of where it stood");
    }
    CheckpointFolder here = here(migration, container.id());
    boolean sameBoot = isOfThisBoot(standstill);
    if (sameBoot && here.isComplete() && !Files.exists(damagedMark(migration))) {
      return new Copy.Whole(here, "on this host's disk");
    }
    if (touched.stored().isPresent()) {
      return stored(migration, container, touched.stored().get(), sameBoot);
    }
    if (sameBoot) {
      return standstill.hasDump()
          ? new Copy.Away("its dump in %s is not whole any more".formatted(here))
          : new Copy.None("there is no checkpoint of where it stood");
    }
    return new Copy.None(
        "the machine went down before its checkpoint was in the store, so there is none");
  }

  /**
   * A copy turned out to be damaged: another is to be used, or it is to be fetched again.
   *
   * @return whether there is another
   */
  boolean damaged(Migration migration, Touched touched, Copy.Whole copy) throws IOException {
    if (Files.deleteIfExists(folder(migration).resolve(FETCHED))) {
      return false;
    }
    LOG.warn("the source's checkpoint {} is damaged", copy.which());
    Files.write(damagedMark(migration), new byte[0]);
    return touched.stored().isPresent();
  }

  /** It is history: deletes what lies on this machine's disk, and lets go what it held. */
  void discard(Migration migration, String containerId) {
    try {
      sharedMemory.release(journal.keptFile(migration.id(), TreeSender.HELD));
      engine.deleteCheckpoint(containerId, FreezeStep.checkpoint(migration));
      here(migration, containerId).discard();
      DurableFiles.deleteFolder(folder(migration));
      Files.deleteIfExists(damagedMark(migration));
    } catch (IOException e) {
      LOG.warn("the source's checkpoint stays on disk: {}", e.getMessage());
    }
  }

  /** One of an earlier version does not say; then the disk's copy is all there is. */
  private boolean isOfThisBoot(Standstill standstill) throws IOException {
    String boot = standstill.freeze().map(Standstill.Freeze::boot).orElse("");
    return boot.isEmpty() || boot.equals(processes.boot());
  }

  private Copy stored(Migration migration, Container container, Checkpoint stored, boolean sameBoot)
      throws IOException {
    Path folder = Files.createDirectories(folder(migration));
    CheckpointFolder there =
        CheckpointFolder.of(engine, container.id(), FreezeStep.checkpoint(migration), folder);
    Path fetched = folder.resolve(FETCHED);
    try {
      if (!Files.exists(fetched) || !Files.readString(fetched).equals(processes.boot())) {
        Files.deleteIfExists(fetched);
        there.fetch(images ->
            new Manifests(blobs).materialise(stored.getImages(), images, BlobStore.SILENT));
        if (!sameBoot) {
          putFilesBack(migration, container, stored);
        }
        Files.writeString(fetched, processes.boot());
      }
      return new Copy.Whole(there, "in the store");
    } catch (IOException e) {
      LOG.warn("the source's checkpoint cannot be fetched from the store", e);
      return new Copy.Away(
          "its copy of this host's disk cannot be used, and the store's cannot be fetched: "
              + e.getMessage());
    }
  }

  /**
   * Its files belong to its memory: what it wrote between the time that they went ahead, when all
   * was forced to the disk, and its freeze, a power cut may have taken. Its log is left as it is:
   * no program reads it.
   */
  private void putFilesBack(Migration migration, Container container, Checkpoint stored)
      throws IOException {
    unpack(migration, stored.getLayer(), LayerFiles.upperDir(container));
    Path held = journal.keptFile(migration.id(), TreeSender.HELD);
    List<SourceTrees.Tree> here = SourceTrees.of(container, engine, held);
    for (FileTree tree : stored.getTreesList()) {
      Path place =
          here.stream()
              .filter(one -> TreeSender.isOf(one.what(), tree))
              .findFirst()
              .map(SourceTrees.Tree::folder)
              .orElseThrow(() -> new IOException("the container's mounts have changed since"));
      switch (tree.getKind()) {
        case VOLUME, BIND -> unpack(migration, tree.getFiles(), place);
        case SHARED_MEMORY -> {
          sharedMemory.create(container, held);
          unpack(migration, tree.getFiles(), held);
        }
        case LOG, KIND_UNSPECIFIED, UNRECOGNIZED -> {
          // Left as it is.
        }
      }
    }
  }

  private void unpack(Migration migration, LayerArchive files, Path into) throws IOException {
    if (!files.hasArchive()) {
      layers.remove(files.getRemovedList(), into);
      return;
    }
    Path archive = folder(migration).resolve("files.tar");
    blobs.fetch(Blob.of(files.getArchive()), archive, BlobStore.SILENT);
    layers.unpack(archive, files.getRemovedList(), into);
    Files.delete(archive);
  }

  private CheckpointFolder here(Migration migration, String containerId) throws IOException {
    return CheckpointFolder.of(
        engine, containerId, FreezeStep.checkpoint(migration), journal.workFolder(migration.id()));
  }

  private Path damagedMark(Migration migration) throws IOException {
    return journal.workFolder(migration.id()).resolve(DAMAGED);
  }

  private Path folder(Migration migration) throws IOException {
    return journal.workFolder(migration.id()).resolve(STORED);
  }
}
