package io.godwit.criu.field;

/** A thread's restartable sequences (rseq.proto; rseq(2)). */
public final class RseqEntry {
  /** Address of struct rseq. */
  public static final int RSEQ_ABI_POINTER = 1;

  /** In bytes, as registered. */
  public static final int RSEQ_ABI_SIZE = 2;

  /** The word before an abort handler: 0x53053053 on x86, 0xd428bc00 on arm64. */
  public static final int SIGNATURE = 3;

  /** Address of the critical section that the thread was in. */
  public static final int RSEQ_CS_POINTER = 4;

  private RseqEntry() {}
}
