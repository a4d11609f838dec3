package io.godwit.messaging;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Keys and values as Kafka gives them: null where a record has none. */
final class Bytes {
  private static final byte[] NONE = new byte[0];

  private Bytes() {}

  static byte[] orEmpty(byte @Nullable [] bytes) {
    return bytes == null ? NONE : bytes;
  }

  /** Bytes that are no UTF-8 become replacement characters, which no name of ours has. */
  static String text(byte @Nullable [] bytes) {
    return new String(orEmpty(bytes), StandardCharsets.UTF_8);
  }
}
