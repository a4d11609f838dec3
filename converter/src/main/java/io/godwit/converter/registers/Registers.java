package io.godwit.converter.registers;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.LoadBias;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Refused;
import io.godwit.converter.graft.Step;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.ThreadInfoX86;
import io.godwit.criu.field.UserX86RegsEntry;
import io.godwit.criu.field.VmaEntry;
import io.godwit.isa.Isa;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.Optional;

/**
 * Gives every thread registers of the target ISA. Touches the machine type and the thread info of
 * every core-*.img; the two ISAs share nothing there but the address that is cleared when a thread
 * ends. Where the values come from is a {@link RegisterSource}; rounding and exception flags, which
 * that may not know, are translated from the dumped thread. Formats: CRIU's core-x86.proto and
 * core-aarch64.proto; psABI x86-64 and AAPCS64 for what registers and the stack must be at a
 * function's start.
 */
public final class Registers implements Step {
  private static final String NAME = "registers";
  private static final int STACK_ALIGNMENT = 16;

  private final RegisterSource source;

  public Registers(RegisterSource source) {
    this.source = source;
  }

  @Override
  public void apply(Draft draft) throws IOException {
    for (Process process : draft.processes().values()) {
      for (long thread : process.threads()) {
        try {
          convert(draft, process, thread);
        } catch (RefusedException e) {
          e.refusals().forEach(draft::refuse);
        }
      }
    }
    for (ImageName zombie : draft.images(ImageKind.CORE)) {
      // What is left of a process without memory is its exit code, but CRIU checks the machine.
      draft.change(
          zombie,
          core -> core.map(message -> message.withVarint(CoreEntry.MTYPE, march(target(draft)))));
    }
  }

  private void convert(Draft draft, Process process, long thread)
      throws IOException, RefusedException {
    Isa target = target(draft);
    ImageName image = ImageName.of(ImageKind.CORE, thread);
    Message core = draft.image(image).only();
    Message dumped = dumpedInfo(draft, image, core);
    ThreadRegisters registers = source.registers(process, thread, target);
    Executable executable = process.executable().orElseThrow();
    long resume =
        ResumeAddress.inTwin(
            executable,
            registers.programCounter(),
            LoadBias.of(process, executable),
            "the address where %s goes on".formatted(process));
    checkStack(process, registers);
    ThreadRegisters there = registers.at(resume);
    FloatingPointControl control = control(draft, process, dumped);
    Message info = info(there, control, clearTidAddress(dumped), probeInfo(draft));
    int infoField = infoField(target);
    Message changed =
        core.without(CoreEntry.THREAD_INFO)
            .without(CoreEntry.TI_AARCH64)
            .withVarint(CoreEntry.MTYPE, march(target))
            .withMessage(infoField, info);
    draft.change(image, i -> i.withOnly(changed));
    draft.report(
        NAME,
        "%s machine and registers".formatted(image),
        draft.input().sourceIsa().kernelName(),
        "%s, goes on at %s".formatted(target.kernelName(), Hex.of(resume)),
        source.description());
    if (resume != registers.programCounter()) {
      draft.report(
          NAME,
          "%s program counter".formatted(image),
          Hex.of(registers.programCounter()),
          Hex.of(resume),
          "the same function of the twin");
    }
    draft.report(
        NAME,
        "%s thread pointer".formatted(image),
        "the source's",
        Hex.of(there.threadPointer()),
        source.description());
  }

  private static Message dumpedInfo(Draft draft, ImageName image, Message core)
      throws RefusedException {
    long march = core.requireVarint(CoreEntry.MTYPE);
    Isa isa = draft.input().sourceIsa();
    if (march != march(isa)) {
      throw Refused.because(
          RefusalKind.CPU_REGISTERS,
          "%s is of machine type %d, not of %s".formatted(image, march, isa.kernelName()));
    }
    Message info = core.requireMessage(infoField(isa));
    if (isa == Isa.X86_64
        && info.requireMessage(ThreadInfoX86.GPREGS)
                .varint(UserX86RegsEntry.MODE)
                .orElse(UserX86RegsEntry.MODE_NATIVE)
            != UserX86RegsEntry.MODE_NATIVE) {
      throw Refused.because(
          RefusalKind.CPU_REGISTERS,
          image + " is of a 32-bit program, which cannot change its ISA");
    }
    return info;
  }

  private static void checkStack(Process process, ThreadRegisters registers)
      throws RefusedException {
    long stack =
        switch (registers) {
          case ThreadRegisters.Aarch64 r -> r.sp();
          case ThreadRegisters.X8664 r -> r.general().get(ThreadRegisters.X8664.RSP);
        };
    boolean aligned =
        switch (registers) {
          case ThreadRegisters.Aarch64 _ -> stack % STACK_ALIGNMENT == 0;
          case ThreadRegisters.X8664 _ -> stack % Long.BYTES == 0;
        };
    Optional<Vma> vma =
        process.sourceVmas().stream().filter(v -> v.contains(stack - Long.BYTES)).findFirst();
    if (!aligned || vma.isEmpty() || (vma.get().protection() & VmaEntry.PROT_WRITE) == 0) {
      throw Refused.because(
          RefusalKind.CPU_REGISTERS,
          "%s published a stack pointer of %s, which is no stack"
              .formatted(process, Hex.of(stack)));
    }
  }

  private static FloatingPointControl control(Draft draft, Process process, Message dumped)
      throws RefusedException {
    FloatingPointControl control =
        switch (draft.input().sourceIsa()) {
          case X86_64 -> X86ThreadInfo.control(dumped);
          case AARCH64 -> Aarch64ThreadInfo.control(dumped);
        };
    if (control.trapped() != 0 && target(draft) == Isa.AARCH64) {
      throw Refused.because(
          RefusalKind.CPU_REGISTERS,
          process + " has signals raised by floating-point exceptions, which arm64 CPUs lack");
    }
    if (!control.equals(FloatingPointControl.DEFAULT)) {
      draft.report(
          NAME,
          "%s floating-point control".formatted(process),
          "the source's",
          control.toString(),
          "the same meaning in the other machine's bits");
    }
    return control;
  }

  private static long clearTidAddress(Message info) {
    // The field has the same number in core-aarch64.proto.
    return info.requireVarint(ThreadInfoX86.CLEAR_TID_ADDR);
  }

  private static Message probeInfo(Draft draft) throws IOException {
    Message first = draft.template().entries(ImageKind.PSTREE).messages().getFirst();
    return draft
        .template()
        .entries(ImageKind.CORE, first.requireVarint(PstreeEntry.PID))
        .only()
        .requireMessage(infoField(target(draft)));
  }

  private static Message info(
      ThreadRegisters registers, FloatingPointControl control, long clearTid, Message probe) {
    return switch (registers) {
      case ThreadRegisters.Aarch64 r -> Aarch64ThreadInfo.of(r, control, clearTid, probe);
      case ThreadRegisters.X8664 r -> X86ThreadInfo.of(r, control, clearTid, probe);
    };
  }

  private static Isa target(Draft draft) {
    return draft.input().targetIsa();
  }

  private static int infoField(Isa isa) {
    return switch (isa) {
      case X86_64 -> CoreEntry.THREAD_INFO;
      case AARCH64 -> CoreEntry.TI_AARCH64;
    };
  }

  private static int march(Isa isa) {
    return switch (isa) {
      case X86_64 -> CoreEntry.MARCH_X86_64;
      case AARCH64 -> CoreEntry.MARCH_AARCH64;
    };
  }
}
