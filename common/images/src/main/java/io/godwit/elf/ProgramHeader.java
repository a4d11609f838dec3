package io.godwit.elf;

/**
 * A program header (gABI, chapter 5): for the kernel, what to map where.
 *
 * @param type p_type, see the constants
 * @param flags p_flags: {@link #READ}, {@link #WRITE}, {@link #EXECUTE}
 * @param offset in the file, in bytes
 * @param address where in memory
 * @param fileSize bytes taken from the file
 * @param memorySize bytes in memory; those beyond the file's are zero
 * @param alignment of address and offset; 0 and 1 mean none
 */
public record ProgramHeader(
    int type,
    int flags,
    long offset,
    long address,
    long fileSize,
    long memorySize,
    long alignment) {
  /** {@link #type}: is mapped. */
  public static final int LOAD = 1;

  /** {@link #type}: what the dynamic linker reads. */
  public static final int DYNAMIC = 2;

  /** {@link #type}: the path of the dynamic linker. */
  public static final int INTERPRETER = 3;

  /** {@link #type}: notes. */
  public static final int NOTE = 4;

  /** {@link #type}: the initial thread-local storage. */
  public static final int TLS = 7;

  /** {@link #type}: whether the stack may be executed. */
  public static final int GNU_STACK = 0x6474e551;

  /** {@link #type}: what is read-only after relocation. */
  public static final int GNU_RELRO = 0x6474e552;

  /** {@link #flags}. */
  public static final int EXECUTE = 1;

  /** {@link #flags}. */
  public static final int WRITE = 2;

  /** {@link #flags}. */
  public static final int READ = 4;

  /** Whether it is mapped. */
  public boolean isLoad() {
    return type == LOAD;
  }

  /** Whether its memory may be executed. */
  public boolean isExecutable() {
    return (flags & EXECUTE) != 0;
  }

  /** Whether its memory may be written. */
  public boolean isWritable() {
    return (flags & WRITE) != 0;
  }
}
