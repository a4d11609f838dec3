package io.godwit.blob;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * Reads on where a connection broke off. Whoever reads more slowly than a store has patience for,
 * such as an Engine that loads an image on a small device, is cut off by it (after 30 s, many of
 * them), and has lost nothing but the connection.
 */
final class ResumingInputStream extends InputStream {
  /** In a row, with not one byte between: a store that is gone is told soon. */
  private static final int TRIES = 3;

  private final Source source;
  private final long size;
  private InputStream in;
  private long at;
  private int tries;

  /** Where the bytes come from. */
  @FunctionalInterface
  interface Source {
    InputStream from(long offset) throws IOException;
  }

  /**
   * Opens it at its beginning.
   *
   * @param size in bytes; where it ends nothing is asked for any more
   * @throws IOException when that fails: nothing broke off yet
   */
  ResumingInputStream(Source source, long size) throws IOException {
    this.source = source;
    this.size = size;
    this.in = source.from(0);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    while (true) {
      try {
        int n = in.read(buffer, offset, length);
        if (n > 0) {
          at += n;
          tries = 0;
        }
        return n;
      } catch (IOException e) {
        if (at == size) {
          return -1;
        }
        goOn(e);
      }
    }
  }

  private void goOn(IOException broken) throws IOException {
    if (broken instanceof InterruptedIOException
        || Thread.currentThread().isInterrupted()
        || ++tries > TRIES) {
      throw broken;
    }
    try {
      in.close();
    } catch (IOException e) {
      broken.addSuppressed(e);
    }
    try {
      in = source.from(at);
    } catch (IOException e) {
      broken.addSuppressed(e);
      throw broken;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
