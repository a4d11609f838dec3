package io.godwit.agent.restore;

import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Turns;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.pages.AheadFolder;
import io.godwit.pages.Layers;
import io.godwit.service.DurableFiles;
import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that came ahead of a checkpoint: the lower layer of the images that are restored. What is
 * here counts by the manifest beside it, which is written when all bytes are verified and on the
 * disk; the restore takes of it what the conversion names out of the same places of the same blobs,
 * and fetches the rest.
 */
final class AheadMemory {
  private static final String FOLDER = "ahead";

  /** Beside the folder once images lie over it: a round that comes late must not change it. */
  private static final String USED = "ahead.used";

  private static final Logger LOG = LoggerFactory.getLogger(AheadMemory.class);

  /** A restore need not wait for another migration's memory. */
  private final Turns turns;

  private final Manifests manifests;
  private final StateFolder state;
  private final int pageSize;

  /**
   * @param pageSize of this machine, in bytes
   */
  AheadMemory(Manifests manifests, StateFolder state, int pageSize, Threads threads) {
    this.turns = new Turns(threads);
    this.manifests = manifests;
    this.state = state;
    this.pageSize = pageSize;
  }

  /**
   * Brings memory here. A later round of the same pages costs only what is other in it.
   *
   * @throws IOException when a blob is missing or damaged, or there is no room, or a checkpoint has
   *     come meanwhile that lies over what is here
   */
  void hold(MigrationId id, Manifest wanted) throws IOException {
    Manifests.check(wanted);
    try (Turns.Held _ = turns.take(id)) {
      if (Files.exists(state.staging(id).resolve(USED))) {
        throw new IOException(
            "The checkpoint has come before this memory, and uses the round before.");
      }
      bring(id, wanted);
    }
  }

  private void bring(MigrationId id, Manifest wanted) throws IOException {
    Path folder = folder(id);
    Optional<Manifest> there = AheadFolder.manifest(folder);
    if (there.equals(Optional.of(wanted))) {
      return;
    }
    // Until all of it is another round's, it is nobody's.
    AheadFolder.open(folder);
    if (there.isPresent() && NextRound.fits(there.get(), wanted)) {
      new NextRound(manifests, state.staging(id).resolve("ahead-changes"))
          .patch(folder, there.get(), wanted);
    } else {
      DurableFiles.deleteFolder(folder);
      requireRoom(id, wanted);
      manifests.materialise(wanted, folder, BlobStore.SILENT);
    }
    AheadFolder.keep(folder, wanted);
  }

  /**
   * Makes the images of a checkpoint over the memory that is here.
   *
   * @param into a folder beside that memory; it is there and empty, or not there
   * @param progress told how many bytes were fetched
   */
  void materialise(MigrationId id, Manifest images, Path into, LongConsumer progress)
      throws IOException {
    try (Turns.Held _ = turns.take(id)) {
      make(id, images, into, progress);
    }
  }

  private void make(MigrationId id, Manifest images, Path into, LongConsumer progress)
      throws IOException {
    Path folder = folder(id);
    Files.write(state.staging(id).resolve(USED), new byte[0]);
    Map<String, ManifestFile> below =
        Manifests.byName(AheadFolder.manifest(folder).orElse(Manifest.getDefaultInstance()));
    Map<String, ManifestFile> all = Manifests.byName(images);
    Manifest.Builder small = Manifest.newBuilder();
    Manifest.Builder pages = Manifest.newBuilder();
    for (ManifestFile file : images.getFilesList()) {
      (isOf(file.getName(), ImageKind.PAGES) ? pages : small).addFiles(file);
    }
    long[] before = {0};
    manifests.materialise(
        small.build(),
        into,
        done -> {
          before[0] = done;
          progress.accept(done);
        });
    Map<String, ManifestFile> own = new HashMap<>();
    for (ManifestFile file : small.getFilesList()) {
      if (isOf(file.getName(), ImageKind.PAGEMAP) && below.containsKey(file.getName())) {
        layer(into, folder, file.getName(), all, below)
            .ifPresent(upper -> own.put(upper.getName(), upper));
      }
    }
    for (int i = 0; i < pages.getFilesCount(); i++) {
      pages.setFiles(i, own.getOrDefault(pages.getFiles(i).getName(), pages.getFiles(i)));
    }
    for (ManifestFile file : List.copyOf(pages.getFilesList())) {
      if (!file.hasBlob() && file.getSegmentsCount() == 0) {
        Files.createFile(into.resolve(file.getName()));
        pages.removeFiles(pages.getFilesList().indexOf(file));
      }
    }
    long first = before[0];
    manifests.materialise(pages.build(), into, done -> progress.accept(first + done));
    if (!own.isEmpty()) {
      // Relative: CRIU follows it when it has left this machine's root for the container's.
      Files.createSymbolicLink(into.resolve(Layers.PARENT), Path.of("..", FOLDER));
    }
  }

  /** How many bytes {@link #materialise} has to fetch, at the most. */
  long bytesToFetch(MigrationId id, Manifest images) throws IOException {
    Set<String> here = new HashSet<>();
    for (ManifestFile file :
        AheadFolder.manifest(folder(id)).orElse(Manifest.getDefaultInstance()).getFilesList()) {
      Manifests.segments(file).forEach(segment -> here.add(segment.getBlob().getSha256()));
    }
    Manifest.Builder rest = Manifest.newBuilder();
    for (ManifestFile file : images.getFilesList()) {
      List<Segment> segments =
          Manifests.segments(file).stream()
              .filter(segment -> !here.contains(segment.getBlob().getSha256()))
              .toList();
      if (!segments.isEmpty()) {
        rest.addFiles(ManifestFile.newBuilder().setName(file.getName()).addAllSegments(segments));
      }
    }
    return Manifests.bytesToFetch(rest.build());
  }

  /** Rewrites a process's pagemap to refer to the layer below; gives what stays of its pages. */
  private Optional<ManifestFile> layer(
      Path into,
      Path folder,
      String pagemap,
      Map<String, ManifestFile> all,
      Map<String, ManifestFile> below)
      throws IOException {
    try {
      ImageName name = ImageName.parse(pagemap).orElseThrow();
      EntryImage whole = ImageFolder.of(into).entries(name);
      EntryImage lower = ImageFolder.of(folder).entries(name);
      Optional<ManifestFile> pages = Optional.ofNullable(all.get(Layers.pagesFile(whole)));
      Optional<ManifestFile> lowerPages = Optional.ofNullable(below.get(Layers.pagesFile(lower)));
      if (pages.isEmpty() || lowerPages.isEmpty()) {
        return Optional.empty();
      }
      Layers.Pages upper =
          Layers.over(
              new Layers.Pages(whole, Manifests.segments(pages.get())),
              new Layers.Pages(lower, Manifests.segments(lowerPages.get())),
              pageSize);
      Files.write(into.resolve(pagemap), upper.pagemap().encode().toByteArray());
      return Optional.of(
          ManifestFile.newBuilder()
              .setName(pages.get().getName())
              .addAllSegments(upper.segments())
              .build());
    } catch (ImageException e) {
      LOG.warn("what came ahead of {} is of no use: all of it is fetched", pagemap, e);
      return Optional.empty();
    }
  }

  private void requireRoom(MigrationId id, Manifest wanted) throws IOException {
    long room = Files.getFileStore(state.staging(id)).getUsableSpace();
    long bytes = Manifests.bytes(wanted);
    // The rest of the checkpoint has to have its place, too.
    if (room < 2 * bytes) {
      throw new IOException(
          "There is room for %d bytes, and %d come ahead.".formatted(room, bytes));
    }
  }

  private Path folder(MigrationId id) throws IOException {
    return state.staging(id).resolve(FOLDER);
  }

  private static boolean isOf(String name, ImageKind kind) {
    return ImageName.parse(name).filter(image -> image.kind() == kind).isPresent();
  }
}
