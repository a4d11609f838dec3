package io.godwit.cli;

import java.io.Console;
import java.util.Optional;

/** Where somebody sits who can be asked, and for whom a line may be written over. */
final class Terminal {
  private Terminal() {}

  /** Since Java 22 there is a console without a terminal, too. */
  static Optional<Console> find() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal);
  }
}
