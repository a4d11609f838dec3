package io.godwit.converter.graft;

/** Numbers as people read addresses and flags. */
public final class Hex {
  private Hex() {}

  /** {@code 0x400000}. */
  public static String of(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** {@code 0100002}, as open flags are written. */
  public static String octal(long value) {
    return "0" + Long.toOctalString(value);
  }
}
