package io.godwit.agent.restore;

import io.godwit.agent.container.Goods;
import io.godwit.agent.container.Images;
import io.godwit.agent.container.Layers;
import io.godwit.agent.container.Trees;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.contract.Conversion;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Manifest;
import io.godwit.contract.Phase;
import io.godwit.contract.Twin;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.messaging.MigrationEvents;
import io.godwit.messaging.Sleeper;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings everything that a restore needs to this machine, and verifies it, before any claim. */
final class Staging {
  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
  private static final List<Duration> PAUSES =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(9));

  /** In the C library's words. */
  private static final String FULL = "No space left on device";

  private final AheadMemory memory;
  private final Layers layers;
  private final Trees trees;
  private final Images images;
  private final StateFolder state;
  private final Sleeper sleeper;

  Staging(AheadMemory memory, Goods goods, StateFolder state, Sleeper sleeper) {
    this.memory = memory;
    this.layers = goods.layers();
    this.trees = goods.trees();
    this.images = goods.images();
    this.state = state;
    this.sleeper = sleeper;
  }

  /** The images of a task, once fetched. */
  Path images(Task task) throws IOException {
    return state.images(task.id());
  }

  /** How many bytes are to be fetched for it. */
  long bytesToFetch(Task task) throws IOException {
    Conversion conversion = task.conversion();
    long bytes = memory.bytesToFetch(task.id(), conversion.getImages());
    bytes += images.bytesToFetch(conversion.getContainer().getImage());
    for (Blob blob : blobs(task)) {
      bytes += layers.isStaged(task.id(), blob) ? 0 : blob.size();
    }
    return bytes;
  }

  /**
   * Fetches what the container is made of: its image, its layers, twins; every digest is verified
   * on the way. A store that does not answer is asked again a few times.
   *
   * @param bytes of all that is to be fetched
   * @throws IOException when something is missing or damaged, or there is no room
   */
  void fetchFiles(Task task, long bytes, MigrationEvents people)
      throws IOException, InterruptedException {
    requireRoom(state.room(), bytes);
    patiently(
        task,
        bytes,
        () -> {
          long done = 0;
          for (Blob blob : blobs(task)) {
            if (!layers.isStaged(task.id(), blob)) {
              layers.staged(task.id(), blob, progress(people, done, bytes));
              done += blob.size();
            }
          }
          images.ensure(task.conversion().getContainer().getImage());
        });
  }

  /** Fetches CRIU's images likewise. */
  void fetchImages(Task task, long bytes, MigrationEvents people)
      throws IOException, InterruptedException {
    Manifest manifest = task.conversion().getImages();
    long before = bytes - memory.bytesToFetch(task.id(), manifest);
    patiently(
        task,
        bytes,
        () -> {
          // From the beginning: what an interrupted attempt left must not mix with this.
          DurableFiles.deleteFolder(images(task));
          memory.materialise(task.id(), manifest, images(task), progress(people, before, bytes));
        });
  }

  /** What may be tried again. */
  @FunctionalInterface
  private interface Fetching {
    void fetch() throws IOException;
  }

  private void patiently(Task task, long bytes, Fetching fetching)
      throws IOException, InterruptedException {
    for (int failures = 0; ; failures++) {
      try {
        fetching.fetch();
        return;
      } catch (BlobException e) {
        if (failures == PAUSES.size()) {
          throw e;
        }
        LOG.warn("fetching failed, again in {} s", PAUSES.get(failures).toSeconds(), e);
        sleeper.sleep(PAUSES.get(failures));
      } catch (IOException e) {
        if (String.valueOf(e.getMessage()).contains(FULL)) {
          throw new IOException(
              "The disk of this device is full: %d bytes are left, and %d of %d are still to be fetched."
                  .formatted(state.room(), bytesToFetch(task), bytes),
              e);
        }
        throw e;
      }
    }
  }

  private static void requireRoom(long room, long bytes) throws IOException {
    if (room < bytes) {
      throw new IOException(
          "There is room for %d bytes on this device, and %d are to be fetched."
              .formatted(room, bytes));
    }
  }

  private static java.util.function.LongConsumer progress(
      MigrationEvents people, long before, long total) {
    return done -> people.progress(Phase.CONVERTED, "the device fetches", before + done, total);
  }

  /**
   * Verifies that the images are a checkpoint that can be restored: each one decodes, and every
   * thread has its own.
   *
   * @throws IOException when not; names the image
   */
  void verify(Task task) throws IOException {
    try {
      ImageFolder folder = ImageFolder.of(images(task));
      if (!folder.names().contains("descriptors.json")) {
        throw new IOException("The images lack descriptors.json.");
      }
      for (String name : folder.names()) {
        Optional<ImageName> image = ImageName.parse(name);
        if (image.isPresent() && !image.get().kind().raw()) {
          folder.entries(image.get());
        }
      }
      folder.entries(ImageKind.INVENTORY);
      for (Message process : folder.entries(ImageKind.PSTREE).messages()) {
        Message core =
            folder.entries(ImageKind.CORE, process.requireVarint(PstreeEntry.PID)).only();
        if (isZombie(core)) {
          continue;
        }
        for (long thread : process.varints(PstreeEntry.THREADS)) {
          folder.entries(ImageKind.CORE, thread);
        }
      }
    } catch (ImageException e) {
      throw new IOException("The images cannot be restored: " + e.getMessage(), e);
    }
  }

  /** It has no thread any more; CRIU writes whatever number as one. */
  private static boolean isZombie(Message core) {
    return core.message(CoreEntry.TC)
        .map(task -> task.varint(TaskCoreEntry.TASK_STATE).orElse(0) == TaskCoreEntry.TASK_DEAD)
        .orElse(false);
  }

  private List<Blob> blobs(Task task) throws IOException {
    Conversion conversion = task.conversion();
    List<Blob> blobs = new ArrayList<>();
    try {
      for (LayerArchive layer : layers.all(task.id(), conversion.getLayer())) {
        if (layer.hasArchive()) {
          blobs.add(Blob.of(layer.getArchive()));
        }
      }
      for (Twin twin : conversion.getTwinsList()) {
        blobs.add(Blob.of(twin.getTarget()));
      }
      blobs.addAll(trees.toFetch(task.id(), conversion));
    } catch (IllegalArgumentException e) {
      throw new BlobException("The conversion names a blob that cannot be: " + e.getMessage(), e);
    }
    return blobs.stream().distinct().toList();
  }
}
