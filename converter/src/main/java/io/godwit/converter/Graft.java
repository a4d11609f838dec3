package io.godwit.converter;

import io.godwit.converter.environment.Confinement;
import io.godwit.converter.environment.InheritedPipes;
import io.godwit.converter.environment.InitProgram;
import io.godwit.converter.environment.Inventory;
import io.godwit.converter.environment.Mounts;
import io.godwit.converter.environment.Namespaces;
import io.godwit.converter.environment.PageSizes;
import io.godwit.converter.environment.ReservedMemory;
import io.godwit.converter.environment.SeccompFilters;
import io.godwit.converter.environment.TakeImages;
import io.godwit.converter.environment.TimerDescriptors;
import io.godwit.converter.environment.Tmpfs;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.GraftInput;
import io.godwit.converter.graft.Grafted;
import io.godwit.converter.graft.ReadProcesses;
import io.godwit.converter.graft.Step;
import io.godwit.converter.graft.WriteMemory;
import io.godwit.converter.registers.CpuState;
import io.godwit.converter.registers.PublishedRegisters;
import io.godwit.converter.registers.RegisterSource;
import io.godwit.converter.registers.Registers;
import io.godwit.converter.rewrite.AddressSpace;
import io.godwit.converter.rewrite.Executables;
import io.godwit.converter.rewrite.Format;
import io.godwit.converter.rewrite.OpenFileFlags;
import io.godwit.converter.rewrite.Pages;
import io.godwit.converter.rewrite.RestartableSequences;
import io.godwit.converter.rewrite.Signals;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.List;

/**
 * Grafts the process state of a frozen container onto the environment that the device made for the
 * probe, and rewrites what the instruction set asks for. A pure function: the same input gives the
 * same bytes, and nothing is changed but the result.
 */
public final class Graft {
  /** What is taken from where, and bound together. */
  private static final List<Step> BINDING =
      List.of(
          new PageSizes(),
          new TakeImages(),
          new Inventory(),
          new InheritedPipes(),
          new TimerDescriptors(),
          new Namespaces(),
          new Mounts(),
          new InitProgram(),
          new Tmpfs(),
          new Confinement(),
          new SeccompFilters());

  private final List<Step> rewriting;

  /**
   * @param registers where the registers come from when the ISA changes
   */
  public Graft(RegisterSource registers) {
    this.rewriting =
        List.of(
            new Registers(registers),
            new RestartableSequences(),
            new Signals(),
            new OpenFileFlags(),
            new AddressSpace(),
            new Pages(),
            new Executables());
  }

  /** For programs that publish their registers. */
  public Graft() {
    this(new PublishedRegisters());
  }

  /**
   * Converts a checkpoint.
   *
   * @throws RefusedException when it cannot go on on the device; names every reason
   * @throws io.godwit.criu.ImageException when an image is damaged
   * @throws io.godwit.elf.ElfException when an executable is damaged
   * @throws IOException when a file cannot be fetched
   */
  public Grafted convert(GraftInput input) throws IOException, RefusedException {
    Draft draft = new Draft(input);
    new ReadProcesses().apply(draft);
    for (Step step : BINDING) {
      step.apply(draft);
    }
    if (!draft.isaChanges()) {
      new CpuState().apply(draft);
    } else {
      for (Step step : rewriting) {
        step.apply(draft);
      }
    }
    new ReservedMemory().apply(draft);
    new Format().apply(draft);
    draft.stopIfRefused();
    new WriteMemory().apply(draft);
    return draft.finish();
  }
}
