package io.godwit.converter.registers;

import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.Refused;
import io.godwit.elf.ElfFile;
import io.godwit.elf.Symbol;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds in the twin the code that an address of the source's executable stands for. Where a
 * function begins there, it is the twin's function of that name, wherever that is: the two files
 * can differ by a header's alignment. Another address must mean the same place in both, and can at
 * least be checked to be code.
 */
public final class ResumeAddress {
  /** Assembly often leaves out the type. */
  private static final Set<Integer> BEGINNINGS = Set.of(Symbol.FUNCTION, Symbol.NO_TYPE);

  private ResumeAddress() {}

  /**
   * Translates an address.
   *
   * @param address in the process
   * @param bias of the executable, in both files
   * @param what it is, for the refusal
   * @throws RefusedException when the twin has no code there
   */
  public static long inTwin(Executable executable, long address, long bias, String what)
      throws RefusedException {
    List<Symbol> functions = functions(executable.source(), address - bias);
    for (Symbol function : functions) {
      Optional<Symbol> twin = executable.twin().symbol(function.name());
      if (twin.isPresent() && isCode(executable.twin(), twin.get().address())) {
        return twin.get().address() + bias;
      }
    }
    boolean named = functions.stream().anyMatch(symbol -> symbol.type() == Symbol.FUNCTION);
    if (named && executable.twin().symbolTable() == ElfFile.SymbolTable.FULL) {
      throw Refused.because(
          RefusalKind.MIGRATION_POINT,
          "%s is the function %s, which the twin of %s does not have"
              .formatted(what, functions.getFirst().name(), executable.path()));
    }
    if (!isCode(executable.twin(), address - bias)) {
      throw Refused.because(
          RefusalKind.MIGRATION_POINT,
          "%s is %s, where the twin of %s has no code"
              .formatted(what, Hex.of(address), executable.path()));
    }
    return address;
  }

  /** The names under which something begins at the address: functions first. */
  private static List<Symbol> functions(ElfFile elf, long address) {
    return elf.symbols().values().stream()
        .filter(symbol -> symbol.address() == address && BEGINNINGS.contains(symbol.type()))
        // STT_FUNC is greater than STT_NOTYPE.
        .sorted(Comparator.comparingInt(Symbol::type).reversed().thenComparing(Symbol::name))
        .toList();
  }

  private static boolean isCode(ElfFile elf, long address) {
    return elf.loads().stream()
        .anyMatch(load ->
            load.isExecutable()
                && Long.compareUnsigned(address, load.address()) >= 0
                && Long.compareUnsigned(address, load.address() + load.fileSize()) < 0);
  }
}
