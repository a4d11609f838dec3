package io.godwit.checkpointer.pages;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.contract.Segment;
import io.godwit.pages.Segments;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Gathers into blobs what is other in a file than before. */
final class Patch {
  private static final int LARGEST = 16 << 20;

  private final BlobStore blobs;
  private final List<Segments.Change> changes = new ArrayList<>();
  private final List<Part> open = new ArrayList<>();
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
  private long bytes;

  /** What is in the buffer. */
  private record Part(long place, int offset, int length) {}

  Patch(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * Takes other bytes.
   *
   * @param place in the file; behind those before
   * @param content is read to its limit
   */
  void add(long place, ByteBuffer content) throws IOException {
    byte[] copy = new byte[content.remaining()];
    content.get(copy);
    open.add(new Part(place, buffer.size(), copy.length));
    buffer.writeBytes(copy);
    bytes += copy.length;
    if (buffer.size() >= LARGEST) {
      flush();
    }
  }

  /** Stores what is not stored yet. */
  void flush() throws IOException {
    if (open.isEmpty()) {
      return;
    }
    Blob blob = blobs.put(buffer.toByteArray());
    for (Part part : open) {
      Segment segment =
          Segment.newBuilder()
              .setBlob(blob.toRef())
              .setOffset(part.offset())
              .setLength(part.length())
              .build();
      changes.add(new Segments.Change(part.place(), segment));
    }
    open.clear();
    buffer.reset();
  }

  /** What is stored, by ascending place. */
  List<Segments.Change> changes() {
    return changes;
  }

  /** How many bytes were taken. */
  long bytes() {
    return bytes;
  }
}
