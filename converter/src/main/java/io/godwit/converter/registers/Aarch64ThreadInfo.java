package io.godwit.converter.registers;

import io.godwit.criu.Message;
import io.godwit.criu.field.ThreadInfoAarch64;
import io.godwit.criu.field.UserAarch64FpsimdContextEntry;
import io.godwit.criu.field.UserAarch64RegsEntry;

/** A thread's registers as CRIU keeps them on aarch64 (core-aarch64.proto). */
final class Aarch64ThreadInfo {
  /** Negative, zero, carry, overflow: flags of the last comparison of another program. */
  private static final long CONDITION_FLAGS = 0xF000_0000L;

  /** Single step, illegal state, branch target type (Arm ARM, C5.2): states of one instruction. */
  private static final long INSTRUCTION_STATE = 1 << 21 | 1 << 20 | 3 << 10;

  private Aarch64ThreadInfo() {}

  /**
   * The message.
   *
   * @param template the same message of the device's probe, for the bits of PSTATE that the device
   *     chose, such as SSBS
   */
  static Message of(
      ThreadRegisters.Aarch64 registers,
      FloatingPointControl control,
      long clearTidAddress,
      Message template) {
    long pstate =
        template
            .requireMessage(ThreadInfoAarch64.GPREGS)
            .requireVarint(UserAarch64RegsEntry.PSTATE);
    Message general =
        Message.builder()
            .varints(UserAarch64RegsEntry.REGS, registers.x(), false)
            .varint(UserAarch64RegsEntry.SP, registers.sp())
            .varint(UserAarch64RegsEntry.PC, registers.pc())
            .varint(UserAarch64RegsEntry.PSTATE, pstate & ~(CONDITION_FLAGS | INSTRUCTION_STATE))
            .build();
    Message vector =
        Message.builder()
            .varints(UserAarch64FpsimdContextEntry.VREGS, registers.v(), false)
            .varint(UserAarch64FpsimdContextEntry.FPSR, control.fpsr())
            .varint(UserAarch64FpsimdContextEntry.FPCR, control.fpcr())
            .build();
    return Message.builder()
        .varint(ThreadInfoAarch64.CLEAR_TID_ADDR, clearTidAddress)
        .varint(ThreadInfoAarch64.TLS, registers.threadPointer())
        .message(ThreadInfoAarch64.GPREGS, general)
        .message(ThreadInfoAarch64.FPSIMD, vector)
        .build();
  }

  /** How the thread of this message computes. */
  static FloatingPointControl control(Message info) {
    Message vector = info.requireMessage(ThreadInfoAarch64.FPSIMD);
    return FloatingPointControl.ofFpcr(
        (int) vector.requireVarint(UserAarch64FpsimdContextEntry.FPCR),
        (int) vector.requireVarint(UserAarch64FpsimdContextEntry.FPSR));
  }
}
