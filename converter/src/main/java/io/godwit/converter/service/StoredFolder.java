package io.godwit.converter.service;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.blob.Manifests;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.criu.FileSource;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * A manifest's files, read from the blob store when they are asked for. What is asked for as a
 * whole is verified against its digest; a part of a large file cannot be, and is verified by the
 * device when it has all of it.
 */
final class StoredFolder implements FileSource {
  /** In bytes; what is not longer is fetched whole, verified, and some of it kept. */
  private static final int SMALL = 1 << 20;

  private static final int KEPT = 16;

  private final BlobStore blobs;

  private final Map<Blob, byte[]> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Blob, byte[]> eldest) {
          return size() > KEPT;
        }
      };

  private final SortedMap<String, List<Segment>> files = new TreeMap<>();

  /**
   * @throws io.godwit.blob.BlobException when the manifest makes no sense
   */
  StoredFolder(BlobStore blobs, Manifest manifest) throws IOException {
    Manifests.check(manifest);
    this.blobs = blobs;
    for (ManifestFile file : manifest.getFilesList()) {
      files.put(file.getName(), Manifests.segments(file));
    }
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new java.util.TreeSet<>(files.keySet()));
  }

  @Override
  public long size(String name) throws IOException {
    return segments(name).stream().mapToLong(Segment::getLength).sum();
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
    for (Segment part : part(name, offset, length)) {
      bytes.write(read(part));
    }
    return bytes.toByteArray();
  }

  /** Of which parts of blobs a part of a file is made. */
  List<Segment> part(String name, long offset, long length) throws IOException {
    if (offset < 0 || length < 0 || offset > size(name) - length) {
      throw new EOFException(
          "%s has %d bytes, not %d from %d".formatted(name, size(name), length, offset));
    }
    List<Segment> parts = new ArrayList<>();
    long start = 0;
    for (Segment segment : segments(name)) {
      long from = Math.max(offset, start);
      long to = Math.min(offset + length, start + segment.getLength());
      if (from < to) {
        parts.add(
            segment.toBuilder()
                .setOffset(segment.getOffset() + (from - start))
                .setLength(to - from)
                .build());
      }
      start += segment.getLength();
    }
    return parts;
  }

  private byte[] read(Segment part) throws IOException {
    Blob blob = Blob.of(part.getBlob());
    int length = Math.toIntExact(part.getLength());
    if (blob.size() <= SMALL) {
      int from = Math.toIntExact(part.getOffset());
      return Arrays.copyOfRange(small(blob), from, from + length);
    }
    if (length < blob.size()) {
      return blobs.read(blob, part.getOffset(), length);
    }
    return whole(blob);
  }

  /** Small images lie in one blob together: it is fetched once. */
  private byte[] small(Blob blob) throws IOException {
    byte[] known = kept.get(blob);
    if (known != null) {
      return known;
    }
    byte[] fetched = whole(blob);
    kept.put(blob, fetched);
    return fetched;
  }

  private byte[] whole(Blob blob) throws IOException {
    try (InputStream whole = blobs.open(blob)) {
      return whole.readAllBytes();
    }
  }

  private List<Segment> segments(String name) throws NoSuchFileException {
    List<Segment> segments = files.get(name);
    if (segments == null) {
      throw new NoSuchFileException(name);
    }
    return segments;
  }
}
