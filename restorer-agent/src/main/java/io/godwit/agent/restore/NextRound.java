package io.godwit.agent.restore;

import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.pages.Segments;
import io.godwit.service.DurableFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a later round of memory out of an earlier one, by fetching what is other in it. */
final class NextRound {
  private final Manifests manifests;
  private final Path parts;

  /**
   * @param parts where what is other lies in between
   */
  NextRound(Manifests manifests, Path parts) {
    this.manifests = manifests;
    this.parts = parts;
  }

  /** Whether only bytes are other: the same files, pagemaps alike, pages files of one size. */
  static boolean fits(Manifest before, Manifest after) {
    if (before.getFilesCount() != after.getFilesCount()) {
      return false;
    }
    Map<String, ManifestFile> there = Manifests.byName(after);
    return before.getFilesList().stream()
        .allMatch(file -> {
          Optional<ManifestFile> same = Optional.ofNullable(there.get(file.getName()));
          return same.isPresent()
              && (isPages(file) ? isAsLong(file, same.get()) : file.equals(same.get()));
        });
  }

  /**
   * Changes the files of a folder; in between they are neither round's.
   *
   * @param before what is in the folder
   * @param after what is to be in it; {@link #fits}
   * @throws IOException when a blob is missing or damaged
   */
  void patch(Path folder, Manifest before, Manifest after) throws IOException {
    DurableFiles.deleteFolder(parts);
    Map<String, ManifestFile> old = Manifests.byName(before);
    Map<String, List<Segments.Change>> changes = new HashMap<>();
    Manifest.Builder fetched = Manifest.newBuilder();
    for (ManifestFile file : after.getFilesList()) {
      ManifestFile was = Optional.ofNullable(old.get(file.getName())).orElseThrow();
      List<Segments.Change> other =
          Segments.changes(Manifests.segments(was), Manifests.segments(file));
      if (!other.isEmpty()) {
        changes.put(file.getName(), other);
        fetched.addFiles(
            ManifestFile.newBuilder()
                .setName(file.getName())
                .addAllSegments(other.stream().map(Segments.Change::segment).toList()));
      }
    }
    manifests.materialise(fetched.build(), parts, BlobStore.SILENT);
    for (Map.Entry<String, List<Segments.Change>> file : changes.entrySet()) {
      try (FileChannel from = FileChannel.open(parts.resolve(file.getKey()));
          FileChannel to =
              FileChannel.open(folder.resolve(file.getKey()), StandardOpenOption.WRITE)) {
        for (Segments.Change change : file.getValue()) {
          copy(from, to, change);
        }
      }
    }
    DurableFiles.deleteFolder(parts);
  }

  /** Takes the next bytes of what was fetched to their place. */
  private static void copy(FileChannel from, FileChannel to, Segments.Change change)
      throws IOException {
    long at = change.offset();
    long end = at + change.segment().getLength();
    while (at < end) {
      long n = to.transferFrom(from, at, end - at);
      if (n <= 0) {
        throw new EOFException("what changed of the memory that came ahead is not all there");
      }
      at += n;
    }
  }

  private static boolean isPages(ManifestFile file) {
    return ImageName.parse(file.getName())
        .filter(image -> image.kind() == ImageKind.PAGES)
        .isPresent();
  }

  private static boolean isAsLong(ManifestFile one, ManifestFile other) {
    return Segments.size(Manifests.segments(one)) == Segments.size(Manifests.segments(other));
  }
}
