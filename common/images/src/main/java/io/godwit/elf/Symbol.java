package io.godwit.elf;

/**
 * A symbol that the file defines (gABI, chapter 4).
 *
 * @param name as written, without a version
 * @param address st_value; for {@link #TLS} an offset in the thread's storage
 * @param size in bytes, 0 when unknown
 * @param type STT value, see the constants
 * @param global whether other files see it (STB_GLOBAL or STB_WEAK)
 */
public record Symbol(String name, long address, long size, int type, boolean global) {
  /** {@link #type}: none is said. */
  public static final int NO_TYPE = 0;

  /** {@link #type}: data. */
  public static final int OBJECT = 1;

  /** {@link #type}: code. */
  public static final int FUNCTION = 2;

  /** {@link #type}: thread-local data. */
  public static final int TLS = 6;
}
