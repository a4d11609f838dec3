package io.godwit.checkpointer.source;

import io.godwit.elf.ElfException;
import io.godwit.elf.ElfFile;
import io.godwit.elf.Symbol;
import java.io.IOException;
import java.util.Optional;

/** Reads the contract's symbols from the executable that a process really runs. */
public final class ElfPrograms implements Programs {
  /** The global long by which a program is asked to park. */
  public static final String VARIABLE = "__migrate_gb_variable";

  /** Where a parked program publishes its registers. */
  public static final String REGISTERS = "regs_dst";

  private final ProcFs processes;

  public ElfPrograms(ProcFs processes) {
    this.processes = processes;
  }

  @Override
  public Optional<ContractSymbols> contractOf(HostProcess process) throws IOException {
    ElfFile program;
    try {
      program = ElfFile.read(processes.executableFile(process));
    } catch (ElfException e) {
      return Optional.empty();
    }
    // A program that is loaded anywhere has no addresses that hold on both ISAs.
    if (program.type() != ElfFile.EXECUTABLE) {
      return Optional.empty();
    }
    Optional<Symbol> variable = program.symbol(VARIABLE);
    Optional<Symbol> registers = program.symbol(REGISTERS);
    if (variable.isEmpty() || registers.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new ContractSymbols(variable.get().address(), registers.get().address()));
  }
}
