package io.godwit.blob;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/**
 * The bytes of a blob. At the end, and only there, size and digest are compared; a reader that
 * stops earlier has read bytes that nobody vouches for.
 */
final class VerifyingInputStream extends FilterInputStream {
  private final Blob blob;
  private final String where;
  private final LongConsumer progress;
  private final MessageDigest digest = Digests.sha256();
  private long size;
  private boolean verified;

  /**
   * Wraps a stream.
   *
   * @param where the blob is, for messages
   * @param progress told how many bytes were read so far
   */
  VerifyingInputStream(InputStream in, Blob blob, String where, LongConsumer progress) {
    super(in);
    this.blob = blob;
    this.where = where;
    this.progress = progress;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n;
    try {
      n = super.read(buffer, offset, length);
    } catch (IOException e) {
      throw new BlobException(
          "reading %s broke off after %d of %d bytes: %s"
              .formatted(where, size, blob.size(), e.getMessage()),
          e);
    }
    if (n < 0) {
      verify();
      return n;
    }
    size += n;
    if (size > blob.size()) {
      throw new BlobException(
          "%s is damaged: it has more than its %d bytes".formatted(where, blob.size()));
    }
    digest.update(buffer, offset, n);
    progress.accept(size);
    return n;
  }

  /** Skipping would leave bytes out of the digest. */
  @Override
  public long skip(long n) throws IOException {
    long left = n;
    byte[] buffer = new byte[(int) Math.min(Digests.BUFFER, Math.max(n, 0))];
    while (left > 0) {
      int read = read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        break;
      }
      left -= read;
    }
    return n - Math.max(left, 0);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void verify() throws BlobException {
    if (verified) {
      return;
    }
    verified = true;
    if (size != blob.size()) {
      throw new BlobException(
          "%s is damaged: it has %d bytes, expected %d".formatted(where, size, blob.size()));
    }
    String found = Digests.hex(digest);
    if (!found.equals(blob.sha256())) {
      throw new BlobException("%s is damaged: its SHA-256 is %s".formatted(where, found));
    }
  }
}
