package io.godwit.converter.registers;

import io.godwit.criu.Message;
import io.godwit.criu.MessageBuilder;
import io.godwit.criu.field.ThreadInfoX86;
import io.godwit.criu.field.UserX86FpregsEntry;
import io.godwit.criu.field.UserX86RegsEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A thread's registers as CRIU keeps them on x86_64 (core-x86.proto). */
final class X86ThreadInfo {
  /** Segment selectors of 64-bit user code and data (kernel: asm/segment.h). */
  private static final long USER_CS = 0x33;

  private static final long USER_DS = 0x2b;

  /** Interrupts are on, and the bit that is always one. */
  private static final long RFLAGS = 0x202;

  /** The thread is in no system call that the kernel would restart. */
  private static final long NO_SYSTEM_CALL = -1;

  /** All x87 exceptions masked, 64-bit precision (psABI 3.2.1); an empty register stack. */
  private static final long X87_CONTROL = 0x37f;

  private static final int X87_WORDS = 32;

  /** Fields in the order of {@link ThreadRegisters.X8664#general}: rax rdx rcx rbx rsi rdi … */
  private static final List<Integer> GENERAL =
      List.of(
          UserX86RegsEntry.AX,
          UserX86RegsEntry.DX,
          UserX86RegsEntry.CX,
          UserX86RegsEntry.BX,
          UserX86RegsEntry.SI,
          UserX86RegsEntry.DI,
          UserX86RegsEntry.BP,
          UserX86RegsEntry.SP,
          UserX86RegsEntry.R8,
          UserX86RegsEntry.R9,
          UserX86RegsEntry.R10,
          UserX86RegsEntry.R11,
          UserX86RegsEntry.R12,
          UserX86RegsEntry.R13,
          UserX86RegsEntry.R14,
          UserX86RegsEntry.R15);

  private X86ThreadInfo() {}

  /**
   * The message.
   *
   * @param template the same message of the device's probe: which MXCSR bits its CPU knows, and the
   *     unused descriptors of the GDT
   */
  static Message of(
      ThreadRegisters.X8664 registers,
      FloatingPointControl control,
      long clearTidAddress,
      Message template) {
    MessageBuilder general =
        Message.builder()
            .varint(UserX86RegsEntry.ORIG_AX, NO_SYSTEM_CALL)
            .varint(UserX86RegsEntry.IP, registers.rip())
            .varint(UserX86RegsEntry.CS, USER_CS)
            .varint(UserX86RegsEntry.FLAGS, RFLAGS)
            .varint(UserX86RegsEntry.SS, USER_DS)
            .varint(UserX86RegsEntry.FS_BASE, registers.threadPointer())
            .varint(UserX86RegsEntry.GS_BASE, 0)
            .varint(UserX86RegsEntry.DS, 0)
            .varint(UserX86RegsEntry.ES, 0)
            .varint(UserX86RegsEntry.FS, 0)
            .varint(UserX86RegsEntry.GS, 0)
            .varint(UserX86RegsEntry.MODE, UserX86RegsEntry.MODE_NATIVE);
    for (int i = 0; i < GENERAL.size(); i++) {
      general.varint(GENERAL.get(i), registers.general().get(i));
    }
    long mask =
        template.requireMessage(ThreadInfoX86.FPREGS).requireVarint(UserX86FpregsEntry.MXCSR_MASK);
    Message vector =
        Message.builder()
            .varint(UserX86FpregsEntry.CWD, X87_CONTROL)
            .varint(UserX86FpregsEntry.SWD, 0)
            .varint(UserX86FpregsEntry.TWD, 0)
            .varint(UserX86FpregsEntry.FOP, 0)
            .varint(UserX86FpregsEntry.RIP, 0)
            .varint(UserX86FpregsEntry.RDP, 0)
            .varint(UserX86FpregsEntry.MXCSR, control.mxcsr() & mask)
            .varint(UserX86FpregsEntry.MXCSR_MASK, mask)
            .varints(UserX86FpregsEntry.ST_SPACE, Collections.nCopies(X87_WORDS, 0L), false)
            .varints(UserX86FpregsEntry.XMM_SPACE, words(registers.xmm()), false)
            .build();
    return Message.builder()
        .varint(ThreadInfoX86.CLEAR_TID_ADDR, clearTidAddress)
        .message(ThreadInfoX86.GPREGS, general.build())
        .message(ThreadInfoX86.FPREGS, vector)
        .messages(ThreadInfoX86.TLS, template.messages(ThreadInfoX86.TLS))
        .build();
  }

  /** How the thread of this message computes. */
  static FloatingPointControl control(Message info) {
    return FloatingPointControl.ofMxcsr(
        (int) info.requireMessage(ThreadInfoX86.FPREGS).requireVarint(UserX86FpregsEntry.MXCSR));
  }

  private static List<Long> words(List<Long> halves) {
    List<Long> words = new ArrayList<>(2 * halves.size());
    for (long half : halves) {
      words.add(half & 0xFFFF_FFFFL);
      words.add(half >>> Integer.SIZE);
    }
    return words;
  }
}
