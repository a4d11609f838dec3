package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.ThreadInfoAarch64;
import io.godwit.criu.field.ThreadInfoX86;
import io.godwit.criu.field.UserAarch64FpsimdContextEntry;
import io.godwit.criu.field.UserAarch64RegsEntry;
import io.godwit.criu.field.UserX86FpregsEntry;
import io.godwit.criu.field.UserX86RegsEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Counter publishes a value of its own in every register: 0x6f6477697400 and its number. */
final class RegistersTest {
  private static final long MARK = 0x6f6477697400L;
  private static final int STACK_POINTER_IN_PAGES = Corpus.PAGE + 0x2e0 + 8;

  @Test
  void everyRegisterOfAarch64IsThePublishedOne() throws Exception {
    Message info = Converted.of(Corpus.counter()).core(1).requireMessage(CoreEntry.TI_AARCH64);
    Message general = info.requireMessage(ThreadInfoAarch64.GPREGS);
    List<Long> x = general.varints(UserAarch64RegsEntry.REGS);
    assertEquals(31, x.size());
    for (int i = 0; i < 29; i++) {
      assertEquals(MARK + i, x.get(i), "x" + i);
    }
    assertEquals(List.of(0L, 0L), x.subList(29, 31));
    assertEquals(0x410bb0, general.requireVarint(UserAarch64RegsEntry.PC));
    assertEquals(0x461600, general.requireVarint(UserAarch64RegsEntry.SP));
    List<Long> v =
        info.requireMessage(ThreadInfoAarch64.FPSIMD).varints(UserAarch64FpsimdContextEntry.VREGS);
    assertEquals(64, v.size());
    for (int i = 0; i < 32; i++) {
      assertEquals(MARK + 64 + i, v.get(2 * i), "low half of v" + i);
      assertEquals(MARK + 128 + i, v.get(2 * i + 1), "high half of v" + i);
    }
  }

  @Test
  void everyRegisterOfX8664IsThePublishedOne() throws Exception {
    Message info = Converted.of(Corpus.counterHome()).core(1).requireMessage(CoreEntry.THREAD_INFO);
    Message general = info.requireMessage(ThreadInfoX86.GPREGS);
    assertEquals(MARK, general.requireVarint(UserX86RegsEntry.AX));
    assertEquals(MARK + 1, general.requireVarint(UserX86RegsEntry.DX));
    assertEquals(MARK + 2, general.requireVarint(UserX86RegsEntry.CX));
    assertEquals(MARK + 3, general.requireVarint(UserX86RegsEntry.BX));
    assertEquals(MARK + 4, general.requireVarint(UserX86RegsEntry.SI));
    assertEquals(MARK + 5, general.requireVarint(UserX86RegsEntry.DI));
    assertEquals(0, general.requireVarint(UserX86RegsEntry.BP));
    assertEquals(MARK + 8, general.requireVarint(UserX86RegsEntry.R8));
    assertEquals(MARK + 15, general.requireVarint(UserX86RegsEntry.R15));
    assertEquals(0x410bb0, general.requireVarint(UserX86RegsEntry.IP));
    assertEquals(0x4615f8, general.requireVarint(UserX86RegsEntry.SP));
    assertEquals(0x33, general.requireVarint(UserX86RegsEntry.CS));
    assertEquals(0x202, general.requireVarint(UserX86RegsEntry.FLAGS));
    List<Long> words =
        info.requireMessage(ThreadInfoX86.FPREGS).varints(UserX86FpregsEntry.XMM_SPACE);
    assertEquals(
        LongStream.of(MARK + 64, MARK + 128)
            .flatMap(half -> LongStream.of(half & 0xffffffffL, half >>> 32))
            .boxed()
            .toList(),
        words.subList(0, 4));
  }

  @Test
  void processorStateIsNotTheSourcesNorTheProbesLastComparison() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.template()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> {
              Message info = core.requireMessage(CoreEntry.TI_AARCH64);
              Message general = info.requireMessage(ThreadInfoAarch64.GPREGS);
              // All conditions, and the device's choice of SSBS.
              general = general.withVarint(UserAarch64RegsEntry.PSTATE, 0xf0001000L);
              return core.withMessage(
                  CoreEntry.TI_AARCH64, info.withMessage(ThreadInfoAarch64.GPREGS, general));
            });
    assertEquals(
        0x1000,
        Converted.of(what)
            .core(1)
            .requireMessage(CoreEntry.TI_AARCH64)
            .requireMessage(ThreadInfoAarch64.GPREGS)
            .requireVarint(UserAarch64RegsEntry.PSTATE));
  }

  @Test
  void roundingIsTranslatedNotReplaced() throws Exception {
    Corpus.Case what = Corpus.counter();
    mxcsr(what, 0x1f80 | 1 << 13 | 1 << 5); // towards minus infinity; inexact has happened
    Message vector =
        Converted.of(what)
            .core(1)
            .requireMessage(CoreEntry.TI_AARCH64)
            .requireMessage(ThreadInfoAarch64.FPSIMD);
    assertEquals(2 << 22, vector.requireVarint(UserAarch64FpsimdContextEntry.FPCR));
    assertEquals(1 << 4, vector.requireVarint(UserAarch64FpsimdContextEntry.FPSR));
  }

  @Test
  void exceptionsThatRaiseSignalsAreRefusedOnArm() throws Exception {
    Corpus.Case what = Corpus.counter();
    mxcsr(what, 0x1f80 & ~(1 << 9)); // division by zero is not masked
    assertEquals(
        List.of("process 1 has signals raised by floating-point exceptions, which arm64 CPUs lack"),
        Converted.refusals(what));
  }

  @Test
  void stackPointerThatPointsNowhereIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().poke("pages-1.img", STACK_POINTER_IN_PAGES, word(0x12340));
    assertEquals(
        List.of("process 1 published a stack pointer of 0x12340, which is no stack"),
        Converted.refusals(what));
  }

  @Test
  void misalignedStackPointerIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().poke("pages-1.img", STACK_POINTER_IN_PAGES, word(0x461608));
    assertTrue(Converted.refusals(what).getFirst().contains("stack pointer"));
  }

  @Test
  void addressWithoutCodeIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().poke("pages-1.img", STACK_POINTER_IN_PAGES + 8, word(0x421300));
    assertEquals(
        List.of(
            "the address where process 1 goes on is 0x421300, where the twin of /counter has no"
                + " code"),
        Converted.refusals(what));
  }

  @Test
  void programWithoutTwinIsRefused() throws Exception {
    List<String> reasons = Converted.refusals(Corpus.counter().twins());
    assertTrue(reasons.contains("process 1 runs an executable that has no twin"));
    assertTrue(
        reasons.contains(
            "process 1 runs code of /counter, which has no twin for the device's instruction set"));
  }

  private static void mxcsr(Corpus.Case what, int value) {
    what.source()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> {
              Message info = core.requireMessage(CoreEntry.THREAD_INFO);
              Message vector =
                  info.requireMessage(ThreadInfoX86.FPREGS)
                      .withVarint(UserX86FpregsEntry.MXCSR, value);
              return core.withMessage(
                  CoreEntry.THREAD_INFO, info.withMessage(ThreadInfoX86.FPREGS, vector));
            });
  }

  private static byte[] word(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
