package io.godwit.converter.registers;

import io.godwit.isa.Isa;
import java.util.List;

/**
 * What a thread's registers hold when it goes on. Vector registers are given as pairs of 64-bit
 * halves, the low one first, which is how CRIU's images and the kernel's {@code user_fpsimd_state}
 * have them.
 */
public sealed interface ThreadRegisters {
  /** The ISA whose registers these are. */
  Isa isa();

  /** The instruction that comes next. */
  long programCounter();

  /** The same registers at another instruction. */
  ThreadRegisters at(long programCounter);

  /** The thread pointer: FS base on x86_64, TPIDR_EL0 on aarch64. */
  long threadPointer();

  /**
   * Registers of aarch64 (AAPCS64).
   *
   * @param x the 31 general registers x0–x30
   * @param v the 64 halves of v0–v31
   */
  record Aarch64(long pc, long sp, List<Long> x, List<Long> v, long threadPointer)
      implements ThreadRegisters {
    /** x0–x30. */
    public static final int GENERAL = 31;

    /** Halves of v0–v31. */
    public static final int VECTOR_HALVES = 64;

    public Aarch64 {
      x = exactly(GENERAL, x);
      v = exactly(VECTOR_HALVES, v);
    }

    @Override
    public Isa isa() {
      return Isa.AARCH64;
    }

    @Override
    public long programCounter() {
      return pc;
    }

    @Override
    public Aarch64 at(long programCounter) {
      return new Aarch64(programCounter, sp, x, v, threadPointer);
    }
  }

  /**
   * Registers of x86_64 (psABI).
   *
   * @param general rax rdx rcx rbx rsi rdi rbp rsp r8–r15, numbered as DWARF does
   * @param xmm the 32 halves of xmm0–xmm15
   */
  record X8664(long rip, List<Long> general, List<Long> xmm, long threadPointer)
      implements ThreadRegisters {
    /** Rax to r15. */
    public static final int GENERAL = 16;

    /** Where rsp stands among them. */
    public static final int RSP = 7;

    /** Halves of xmm0–xmm15. */
    public static final int VECTOR_HALVES = 32;

    public X8664 {
      general = exactly(GENERAL, general);
      xmm = exactly(VECTOR_HALVES, xmm);
    }

    @Override
    public Isa isa() {
      return Isa.X86_64;
    }

    @Override
    public long programCounter() {
      return rip;
    }

    @Override
    public X8664 at(long programCounter) {
      return new X8664(programCounter, general, xmm, threadPointer);
    }
  }

  private static List<Long> exactly(int count, List<Long> values) {
    if (values.size() != count) {
      throw new IllegalArgumentException(count + " registers are needed, not " + values.size());
    }
    return List.copyOf(values);
  }
}
