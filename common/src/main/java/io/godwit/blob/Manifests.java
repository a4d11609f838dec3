package io.godwit.blob;

import io.godwit.contract.BlobRef;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Folders as manifests. A manifest comes from another machine: its names are checked before
 * anything is written, so that no file can leave its folder, and every blob is verified whole
 * before a byte of it is used.
 */
public final class Manifests {
  private static final int LONGEST_NAME_BYTES = 255;

  private final BlobStore store;

  public Manifests(BlobStore store) {
    this.store = store;
  }

  /**
   * Stores the files of a folder, in the order of their names.
   *
   * @param progress told how many bytes of all files are in the store so far
   * @throws IOException when there is anything but regular files in it
   */
  public Manifest upload(Path folder, LongConsumer progress) throws IOException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.sorted().toList();
    }
    Manifest.Builder manifest = Manifest.newBuilder();
    long before = 0;
    for (Path file : files) {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(file + " is not a regular file; a manifest holds nothing else");
      }
      long start = before;
      Blob blob = store.put(file, done -> progress.accept(start + done));
      before += blob.size();
      manifest.addFiles(
          ManifestFile.newBuilder().setName(checkedName(name(file))).setBlob(blob.toRef()));
    }
    return manifest.build();
  }

  /**
   * Makes the files of a manifest in a folder, which is created where it is missing. Files that are
   * there already and are not named by the manifest stay.
   *
   * @param progress told how many bytes were fetched so far, of {@link #bytesToFetch}
   * @throws BlobException when the manifest makes no sense or a blob is missing or damaged
   */
  public void materialise(Manifest manifest, Path folder, LongConsumer progress)
      throws IOException {
    check(manifest);
    Files.createDirectories(folder);
    Map<Blob, Path> sources = new HashMap<>();
    Path parts = Files.createTempDirectory(folder, ".parts");
    try {
      long before = 0;
      for (ManifestFile file : manifest.getFilesList()) {
        Path into = folder.resolve(file.getName());
        if (file.getSegmentsCount() == 0) {
          before = fetch(Blob.of(file.getBlob()), into, before, progress);
          continue;
        }
        for (Segment segment : file.getSegmentsList()) {
          Blob source = Blob.of(segment.getBlob());
          if (!sources.containsKey(source)) {
            Path part = parts.resolve(source.sha256());
            before = fetch(source, part, before, progress);
            sources.put(source, part);
          }
        }
        Digests.writeAtomically(into, out -> assemble(file, sources, out));
      }
    } finally {
      for (Path part : sources.values()) {
        Files.deleteIfExists(part);
      }
      Files.deleteIfExists(parts);
    }
  }

  /** How many bytes {@link #materialise} fetches: a source of several segments counts once. */
  public static long bytesToFetch(Manifest manifest) throws BlobException {
    check(manifest);
    Set<BlobRef> sources = new HashSet<>();
    long bytes = 0;
    for (ManifestFile file : manifest.getFilesList()) {
      if (file.getSegmentsCount() == 0) {
        bytes += file.getBlob().getSize();
      }
      for (Segment segment : file.getSegmentsList()) {
        if (sources.add(segment.getBlob())) {
          bytes += segment.getBlob().getSize();
        }
      }
    }
    return bytes;
  }

  /**
   * Checks what can be checked without the blobs.
   *
   * @throws BlobException which names the file and what is wrong with it
   */
  public static void check(Manifest manifest) throws BlobException {
    Set<String> names = new HashSet<>();
    for (ManifestFile file : manifest.getFilesList()) {
      String name = checkedName(file.getName());
      if (!names.add(name)) {
        throw new BlobException("the manifest names the file '" + name + "' twice");
      }
      if (file.hasBlob() == (file.getSegmentsCount() > 0)) {
        throw new BlobException(
            "the manifest gives the file '%s' %s"
                .formatted(name, file.hasBlob() ? "a blob and segments" : "no content"));
      }
      if (file.hasBlob()) {
        checkedBlob(name, file.getBlob());
      }
      for (Segment segment : file.getSegmentsList()) {
        Blob blob = checkedBlob(name, segment.getBlob());
        long offset = segment.getOffset();
        long length = segment.getLength();
        if (offset < 0 || length < 0 || offset > blob.size() || length > blob.size() - offset) {
          throw new BlobException(
              "the manifest cuts %s bytes at %s for the file '%s' out of blob %s, which has %d"
                  .formatted(
                      Long.toUnsignedString(length),
                      Long.toUnsignedString(offset),
                      name,
                      blob.sha256(),
                      blob.size()));
        }
      }
    }
  }

  private static String checkedName(String name) throws BlobException {
    boolean bad =
        name.isEmpty()
            || name.equals(".")
            || name.equals("..")
            || name.indexOf('/') >= 0
            || name.indexOf('\0') >= 0
            || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES;
    if (bad) {
      throw new BlobException(
          "the manifest names a file '%s'; a name is one path element of at most %d bytes"
              .formatted(name.replace('\0', '?'), LONGEST_NAME_BYTES));
    }
    return name;
  }

  private static Blob checkedBlob(String name, BlobRef ref) throws BlobException {
    try {
      return Blob.of(ref);
    } catch (IllegalArgumentException e) {
      throw new BlobException("the manifest's file '" + name + "': " + e.getMessage(), e);
    }
  }

  private long fetch(Blob blob, Path into, long before, LongConsumer progress) throws IOException {
    store.fetch(blob, into, done -> progress.accept(before + done));
    return before + blob.size();
  }

  private static void assemble(ManifestFile file, Map<Blob, Path> sources, FileChannel to)
      throws IOException {
    for (Segment segment : file.getSegmentsList()) {
      Blob blob = Blob.of(segment.getBlob());
      Path part = sources.getOrDefault(blob, Path.of(blob.sha256()));
      try (FileChannel from = FileChannel.open(part)) {
        long position = segment.getOffset();
        long left = segment.getLength();
        while (left > 0) {
          long n = from.transferTo(position, left, to);
          if (n <= 0) {
            throw new IOException("%s ends at %d".formatted(part, position));
          }
          position += n;
          left -= n;
        }
      }
    }
  }

  private static String name(Path file) {
    Path name = file.getFileName();
    return name == null ? "" : name.toString();
  }
}
