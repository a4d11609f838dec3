package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Auxv;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.LoadBias;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Step;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.Message;
import io.godwit.criu.field.MmEntry;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the source kernel's own mappings out of every address space (mm-*.img) and puts the
 * device's in: vdso, vvar, vsyscall, and what only one ISA has (shadow stacks, the uprobes page).
 * They stay at the addresses that the device's kernel gave the probe, where the process has nothing
 * there, else they move together. Checks that everything else fits into the device's virtual
 * addresses, which are as wide as the probe's stack is high. The auxiliary vector becomes the
 * device's but for what it says of the program (getauxval(3)).
 */
public final class AddressSpace implements Step {
  private static final String NAME = "address space";

  @Override
  public void apply(Draft draft) throws IOException {
    Message probe = Auxv.templateMm(draft.template());
    KernelMappings device = KernelMappings.of(probe);
    long limit = addressLimit(probe);
    for (Process process : draft.processes().values()) {
      List<Vma> own = new ArrayList<>();
      for (Vma vma : process.vmas()) {
        if (KernelMappings.isOne(vma)) {
          draft.report(
              NAME,
              "mapping %s of %s".formatted(vma.range(), process),
              "the source kernel's",
              "none",
              "it is code and data of the other kernel");
        } else if (Long.compareUnsigned(vma.end(), limit) > 0) {
          draft.refuse(
              RefusalKind.ADDRESS_SPACE,
              "%s has memory at %s, and addresses on the device end at %s"
                  .formatted(process, vma.range(), Hex.of(limit)));
        } else {
          own.add(vma);
        }
      }
      Optional<KernelMappings> placed = device.placedAmong(own, limit);
      if (placed.isEmpty()) {
        draft.refuse(RefusalKind.ADDRESS_SPACE, process + " leaves no room for the device's vdso");
        continue;
      }
      List<Vma> all = new ArrayList<>(own);
      all.addAll(placed.get().vmas());
      process.vmas(all);
      for (Vma vma : placed.get().vmas()) {
        draft.report(
            NAME,
            "mapping %s of %s".formatted(vma.range(), process),
            "none",
            "the device kernel's",
            "signal handlers return and clocks are read through it");
      }
      rewriteAuxv(draft, process, placed.get().movedBy());
    }
  }

  private static void rewriteAuxv(Draft draft, Process process, long vdsoMovedBy)
      throws IOException {
    Auxv before = Auxv.of(process.sourceMm());
    Auxv after = Auxv.ofTemplate(draft.template());
    if (after.value(Auxv.SYSINFO_EHDR).isPresent()) {
      long vdso = after.value(Auxv.SYSINFO_EHDR).getAsLong() + vdsoMovedBy;
      after = after.with(Auxv.SYSINFO_EHDR, vdso);
    }
    // These two point at a string on the probe's stack.
    after = after.without(Auxv.PLATFORM).without(Auxv.BASE_PLATFORM);
    for (long type : Auxv.OF_PROGRAM) {
      after =
          before.value(type).isPresent()
              ? after.with(type, before.value(type).getAsLong())
              : after.without(type);
    }
    Optional<Executable> executable = process.executable();
    if (executable.isPresent()) {
      long bias = LoadBias.of(process, executable.get());
      ElfHeader header = ElfHeader.of(executable.get());
      after =
          after
              .with(Auxv.PHDR, header.programHeadersAddress() + bias)
              .with(Auxv.PHENT, header.programHeaderSize())
              .with(Auxv.PHNUM, executable.get().twin().programHeaders().size())
              .with(Auxv.ENTRY, executable.get().twin().entry() + bias);
    }
    process.mm(process.mm().withVarints(MmEntry.MM_SAVED_AUXV, after.flat(), false));
    draft.report(
        NAME,
        "auxiliary vector of " + process,
        before.toString(),
        after.toString(),
        "what the kernel and the CPU can do is the device's, what is said of the program stays");
  }

  /** The end of user addresses: the next power of two above the probe's highest mapping. */
  private static long addressLimit(Message probe) {
    long highest = 0;
    for (Vma vma : Vma.of(probe, MmEntry.VMAS)) {
      // The vsyscall page lies in the kernel's half, so its end is negative.
      highest = Math.max(highest, vma.end());
    }
    return highest <= 1 ? 1 : Long.highestOneBit(highest - 1) << 1;
  }
}
