package io.godwit.checkpointer.source;

import java.io.IOException;
import java.util.Optional;

/** What the executable of a running process says. */
@FunctionalInterface
public interface Programs {
  /** The contract's symbols, or nothing where the program does not keep the contract. */
  Optional<ContractSymbols> contractOf(HostProcess process) throws IOException;
}
