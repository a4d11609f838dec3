package io.godwit.converter.registers;

import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.RefusedException;
import io.godwit.elf.ElfFile;
import io.godwit.elf.Symbol;
import java.util.Optional;

/**
 * Finds in the twin the code that an address of the source's executable stands for. Where a
 * function begins there, it is the twin's function of that name, wherever that is: the two files
 * can differ by a header's alignment. Another address must mean the same place in both, and can at
 * least be checked to be code.
 */
public final class ResumeAddress {
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
    Optional<Symbol> function = function(executable.source(), address - bias);
    if (function.isPresent()) {
      Optional<Symbol> twin = executable.twin().symbol(function.get().name());
      if (twin.isPresent() && isCode(executable.twin(), twin.get().address())) {
        return twin.get().address() + bias;
      }
      throw new RefusedException(
          "%s is the function %s, which the twin of %s does not have"
              .formatted(what, function.get().name(), executable.path()));
    }
    if (!isCode(executable.twin(), address - bias)) {
      throw new RefusedException(
          "%s is %s, where the twin of %s has no code"
              .formatted(what, Hex.of(address), executable.path()));
    }
    return address;
  }

  private static Optional<Symbol> function(ElfFile elf, long address) {
    return elf.symbols().values().stream()
        .filter(symbol -> symbol.address() == address && symbol.type() == Symbol.FUNCTION)
        .min((a, b) -> a.name().compareTo(b.name()));
  }

  private static boolean isCode(ElfFile elf, long address) {
    return elf.loads().stream()
        .anyMatch(load ->
            load.isExecutable()
                && Long.compareUnsigned(address, load.address()) >= 0
                && Long.compareUnsigned(address, load.address() + load.fileSize()) < 0);
  }
}
