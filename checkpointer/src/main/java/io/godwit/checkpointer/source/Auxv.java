package io.godwit.checkpointer.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The auxiliary vector in {@code /proc/PID/auxv} of a 64-bit process: pairs of type and value. */
public final class Auxv {
  /** Bytes of a page (linux/auxvec.h). */
  public static final long AT_PAGESZ = 6;

  /** The address of 16 random bytes that the kernel gives to every program that it starts. */
  public static final long AT_RANDOM = 25;

  private static final long AT_NULL = 0;

  private Auxv() {}

  /** The value of the first entry of this type. */
  public static OptionalLong find(Path file, long type) throws IOException {
    ByteBuffer vector = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
    while (vector.remaining() >= 2 * Long.BYTES) {
      long found = vector.getLong();
      long value = vector.getLong();
      if (found == type) {
        return OptionalLong.of(value);
      }
      if (found == AT_NULL) {
        break;
      }
    }
    return OptionalLong.empty();
  }
}
