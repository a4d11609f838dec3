package io.godwit.criu.field;

/** A mapping (vma.proto; the status bits are in CRIU's image.h). */
public final class VmaEntry {
  public static final int START = 1;

  /** The address after the last byte. */
  public static final int END = 2;

  /** Offset in the file in bytes, of a file's mapping. */
  public static final int PGOFF = 3;

  /** Id of the {@link RegFileEntry} of a file's mapping, or of the shared memory. */
  public static final int SHMID = 4;

  /** PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4. */
  public static final int PROT = 5;

  /** As for mmap(2). */
  public static final int FLAGS = 6;

  /** The AREA, FILE and ANON bits below. */
  public static final int STATUS = 7;

  /** Folded as sint64; −1 in images. */
  public static final int FD = 8;

  /** Bit n: madvise(2) with advice n. */
  public static final int MADV = 9;

  /** Open flags of the mapped file; their bits differ between machines. */
  public static final int FDFLAGS = 10;

  /** {@link #STATUS}: is dumped and restored. */
  public static final int AREA_REGULAR = 1 << 0;

  /** {@link #STATUS}: the stack. */
  public static final int AREA_STACK = 1 << 1;

  /** {@link #STATUS}: the kernel's vsyscall page (x86). */
  public static final int AREA_VSYSCALL = 1 << 2;

  /** {@link #STATUS}: the kernel's shared object. */
  public static final int AREA_VDSO = 1 << 3;

  /** {@link #STATUS}: the heap. */
  public static final int AREA_HEAP = 1 << 5;

  /** {@link #STATUS}: a private mapping of a file. */
  public static final int FILE_PRIVATE = 1 << 6;

  /** {@link #STATUS}: a shared mapping of a file. */
  public static final int FILE_SHARED = 1 << 7;

  /** {@link #STATUS}: shared anonymous memory. */
  public static final int ANON_SHARED = 1 << 8;

  /** {@link #STATUS}: private anonymous memory. */
  public static final int ANON_PRIVATE = 1 << 9;

  /** {@link #STATUS}: a System V segment. */
  public static final int AREA_SYSVIPC = 1 << 10;

  /** {@link #STATUS}: a packet socket's ring. */
  public static final int AREA_SOCKET = 1 << 11;

  /** {@link #STATUS}: the vDSO's data. */
  public static final int AREA_VVAR = 1 << 12;

  /** {@link #STATUS}: an AIO ring. */
  public static final int AREA_AIORING = 1 << 13;

  /** {@link #STATUS}: a memfd. */
  public static final int AREA_MEMFD = 1 << 14;

  /** {@link #STATUS}: a shadow stack (x86). */
  public static final int AREA_SHSTK = 1 << 15;

  /** {@link #STATUS}: a guard range, no mapping of its own. */
  public static final int AREA_GUARD = 1 << 16;

  /** {@link #STATUS}: the kernel's uprobes page. */
  public static final int AREA_UPROBES = 1 << 17;

  /** {@link #PROT}. */
  public static final int PROT_READ = 1;

  /** {@link #PROT}. */
  public static final int PROT_WRITE = 2;

  /** {@link #PROT}. */
  public static final int PROT_EXEC = 4;

  private VmaEntry() {}
}
