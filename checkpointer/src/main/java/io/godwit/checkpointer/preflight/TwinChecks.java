package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.ElfPrograms;
import io.godwit.elf.ElfException;
import io.godwit.elf.ElfFile;
import io.godwit.elf.Symbol;
import io.godwit.isa.Isa;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether an executable and its twin are one program for two ISAs: both keep the contract, and
 * every function and every piece of data that both have lies at the same address, since pointers to
 * them go over as they are.
 */
final class TwinChecks {
  private static final int NAMED_AT_MOST = 5;
  private static final List<String> CONTRACT = List.of(ElfPrograms.VARIABLE, ElfPrograms.REGISTERS);

  private TwinChecks() {}

  /**
   * Adds every reason why these two are not such a pair.
   *
   * @param name of the executable in the container
   * @param twinName of the twin, likewise
   */
  static void compare(
      String name,
      Path source,
      Isa from,
      String twinName,
      Path target,
      Isa to,
      List<Refusal> refusals)
      throws IOException {
    Optional<ElfFile> sourceElf = read(name, source, from, refusals);
    Optional<ElfFile> targetElf = read(twinName, target, to, refusals);
    if (sourceElf.isPresent() && targetElf.isPresent()) {
      addresses(name, sourceElf.get(), twinName, targetElf.get(), refusals);
    }
  }

  /** Reads one and adds every reason why it cannot be moved, or moved to. */
  static Optional<ElfFile> read(String name, Path file, Isa isa, List<Refusal> refusals)
      throws IOException {
    ElfFile elf;
    try {
      elf = ElfFile.read(file);
    } catch (ElfException e) {
      refusals.add(
          new Refusal(
              RefusalKind.EXECUTABLE,
              name,
              "%s is not an executable that can be read: expected %s, found %s."
                  .formatted(name, e.expected(), e.found()),
              "Build it for %s.".formatted(isa.kernelName())));
      return Optional.empty();
    }
    boolean sound = true;
    if (elf.machine() != isa.elfMachine()) {
      refusals.add(
          new Refusal(
              RefusalKind.EXECUTABLE,
              name,
              "%s is an executable for machine %d, not for %s (%d)."
                  .formatted(name, elf.machine(), isa.kernelName(), isa.elfMachine()),
              "Build it for %s.".formatted(isa.kernelName())));
      sound = false;
    }
    if (elf.type() != ElfFile.EXECUTABLE) {
      refusals.add(
          new Refusal(
              RefusalKind.EXECUTABLE,
              name,
              "%s is position-independent, so its addresses differ from start to start."
                  .formatted(name),
              "Link it with -static -no-pie."));
      sound = false;
    }
    for (String symbol : CONTRACT) {
      if (elf.symbol(symbol).isEmpty()) {
        refusals.add(
            new Refusal(
                RefusalKind.MIGRATION_POINT,
                name,
                "%s has no symbol %s%s, so it cannot be brought to a migration point."
                    .formatted(
                        name,
                        symbol,
                        elf.symbolTable() == ElfFile.SymbolTable.FULL ? "" : " (it is stripped)"),
                "Build it with the migration contract (deploy/workloads/include/migration_point.h), and do not strip it."));
        sound = false;
      }
    }
    return sound ? Optional.of(elf) : Optional.empty();
  }

  private static void addresses(
      String name, ElfFile source, String twinName, ElfFile target, List<Refusal> refusals) {
    List<String> differing = new ArrayList<>();
    for (Map.Entry<String, Symbol> entry : new TreeMap<>(source.symbols()).entrySet()) {
      Symbol here = entry.getValue();
      Optional<Symbol> there = target.symbol(entry.getKey());
      if (isVariable(source, here)
          && there.isPresent()
          && isVariable(target, there.get())
          && there.get().address() != here.address()) {
        differing.add(
            "%s (0x%x and 0x%x)".formatted(entry.getKey(), here.address(), there.get().address()));
      }
    }
    if (!differing.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.TWIN,
              name,
              "%s and %s have %d variables at different addresses: %s%s."
                  .formatted(
                      name,
                      twinName,
                      differing.size(),
                      String.join(
                          ", ", differing.subList(0, Math.min(NAMED_AT_MOST, differing.size()))),
                      differing.size() > NAMED_AT_MOST ? " and others" : ""),
              "Link both with aligned layouts."));
    }
  }

  private static boolean isVariable(ElfFile elf, Symbol symbol) {
    return symbol.type() == Symbol.OBJECT
        && elf.loads().stream()
            .filter(load -> !load.isWritable())
            .noneMatch(load ->
                symbol.address() >= load.address()
                    && symbol.address() - load.address() < load.memorySize());
  }
}
