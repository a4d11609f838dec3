package io.godwit.docker;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The Engine's stream of a container's output. With a terminal it is plain; without, stdout and
 * stderr come in frames: one byte which of them, three of zero, four of length (big-endian), then
 * the bytes (Engine API, "Attach to a container", stream format).
 */
final class LogStream {
  private static final int HEADER = 8;

  private LogStream() {}

  /**
   * Both streams as they came.
   *
   * @throws EOFException when the stream ends within a frame
   */
  static String text(InputStream stream, boolean tty) throws IOException {
    if (tty) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (long offset = 0; ; ) {
      byte[] header = stream.readNBytes(HEADER);
      if (header.length == 0) {
        return text.toString(StandardCharsets.UTF_8);
      }
      if (header.length < HEADER) {
        throw new EOFException(
            "log stream: offset %d: %d bytes of a frame's header, expected %d"
                .formatted(offset, header.length, HEADER));
      }
      long length = Integer.toUnsignedLong(ByteBuffer.wrap(header).getInt(4));
      byte[] frame = stream.readNBytes((int) Math.min(length, Integer.MAX_VALUE));
      if (frame.length < length) {
        throw new EOFException(
            "log stream: offset %d: %d bytes of a frame, expected %d"
                .formatted(offset, frame.length, length));
      }
      text.write(frame, 0, frame.length);
      offset += HEADER + length;
    }
  }
}
