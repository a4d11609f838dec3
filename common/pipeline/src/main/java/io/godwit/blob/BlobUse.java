package io.godwit.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Where a part of a blob goes.
 *
 * @param from where the part begins in the blob, in bytes
 * @param length of the part
 * @param file that it goes into
 * @param at where it goes there
 */
record BlobUse(long from, long length, FileChannel file, long at) {
  long end() {
    return from + length;
  }

  /** Writes what of a stretch of the blob belongs to this part. */
  void take(byte[] stretch, long position, int count) throws IOException {
    long first = Math.max(from, position);
    long last = Math.min(end(), position + count);
    if (first >= last) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(stretch, (int) (first - position), (int) (last - first));
    long to = at + (first - from);
    while (bytes.hasRemaining()) {
      to += file.write(bytes, to);
    }
  }
}
