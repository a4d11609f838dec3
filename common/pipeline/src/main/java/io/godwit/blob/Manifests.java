package io.godwit.blob;

import static java.util.Comparator.comparingLong;

import io.godwit.contract.BlobRef;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
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
   * Stores the files of a folder, in the order of their names; how, says {@link ManifestWriter}.
   *
   * @param progress told, by any thread but one at a time, how many bytes of all files are in the
   *     store so far
   * @throws IOException when there is anything but regular files in it
   */
  public Manifest upload(Path folder, LongConsumer progress) throws IOException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.sorted().toList();
    }
    ManifestWriter writer = new ManifestWriter(store, progress);
    for (Path file : files) {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(file + " is not a regular file; a manifest holds nothing else");
      }
      writer.add(checkedName(name(file)), file);
    }
    return writer.finish();
  }

  /**
   * Makes the files of a manifest in a folder, which is created where it is missing. Files that are
   * there already and are not named by the manifest stay. All of them appear, by renames, when
   * every blob was verified; they are not forced to the disk, so after a power cut they are to be
   * made again.
   *
   * @param progress told, by any thread but one at a time, how many bytes were fetched so far, of
   *     {@link #bytesToFetch}
   * @throws BlobException when the manifest makes no sense or a blob is missing or damaged
   */
  public void materialise(Manifest manifest, Path folder, LongConsumer progress)
      throws IOException {
    check(manifest);
    Files.createDirectories(folder);
    Path parts = Files.createTempDirectory(folder, ".parts");
    Map<String, FileChannel> files = new LinkedHashMap<>();
    try {
      Map<Blob, List<BlobUse>> uses = new LinkedHashMap<>();
      for (ManifestFile file : manifest.getFilesList()) {
        FileChannel channel =
            FileChannel.open(
                parts.resolve(file.getName()),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
        files.put(file.getName(), channel);
        long at = 0;
        for (Segment segment : segments(file)) {
          uses.computeIfAbsent(Blob.of(segment.getBlob()), _ -> new ArrayList<>())
              .add(new BlobUse(segment.getOffset(), segment.getLength(), channel, at));
          at += segment.getLength();
        }
      }
      long[] done = {0};
      List<Callable<Void>> works = new ArrayList<>();
      uses.forEach((blob, places) ->
          works.add(() -> {
            spread(
                blob,
                places,
                n -> {
                  synchronized (done) {
                    done[0] += n;
                    progress.accept(done[0]);
                  }
                });
            return null;
          }));
      Together.run(works);
      for (Map.Entry<String, FileChannel> file : files.entrySet()) {
        file.getValue().close();
        Files.move(
            parts.resolve(file.getKey()),
            folder.resolve(file.getKey()),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      for (Map.Entry<String, FileChannel> file : files.entrySet()) {
        file.getValue().close();
        Files.deleteIfExists(parts.resolve(file.getKey()));
      }
      Files.deleteIfExists(parts);
    }
  }

  /** Writes the parts of a blob to their places, while it is verified. */
  private void spread(Blob blob, List<BlobUse> unsorted, LongConsumer fetched) throws IOException {
    List<BlobUse> uses = unsorted.stream().sorted(comparingLong(BlobUse::from)).toList();
    byte[] buffer = new byte[Digests.BUFFER];
    int first = 0;
    long position = 0;
    try (InputStream in = store.open(blob)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        while (first < uses.size() && uses.get(first).end() <= position) {
          first++;
        }
        for (int i = first; i < uses.size() && uses.get(i).from() < position + n; i++) {
          uses.get(i).take(buffer, position, n);
        }
        position += n;
        fetched.accept(n);
      }
    }
  }

  /** The files by their names. */
  public static Map<String, ManifestFile> byName(Manifest manifest) {
    Map<String, ManifestFile> files = new HashMap<>();
    manifest.getFilesList().forEach(file -> files.put(file.getName(), file));
    return files;
  }

  /** Of which parts of blobs a file is made. */
  public static List<Segment> segments(ManifestFile file) {
    if (!file.hasBlob()) {
      return file.getSegmentsList();
    }
    return List.of(
        Segment.newBuilder().setBlob(file.getBlob()).setLength(file.getBlob().getSize()).build());
  }

  /** The sizes of all files together, in bytes. */
  public static long bytes(Manifest manifest) {
    return manifest.getFilesList().stream()
        .flatMap(file -> segments(file).stream())
        .mapToLong(Segment::getLength)
        .sum();
  }

  /** How many bytes {@link #materialise} fetches: each blob counts once. */
  public static long bytesToFetch(Manifest manifest) throws BlobException {
    check(manifest);
    Set<BlobRef> sources = new HashSet<>();
    long bytes = 0;
    for (ManifestFile file : manifest.getFilesList()) {
      for (Segment segment : segments(file)) {
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

  private static String name(Path file) {
    Path name = file.getFileName();
    return name == null ? "" : name.toString();
  }
}
