package io.godwit.cli;

import io.godwit.contract.PhaseTime;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Prints how long each phase took, what was moved in it, and how long the container stood still.
 */
final class PhaseTable {
  private PhaseTable() {}

  static void print(List<PhaseTime> phases, PrintStream out) {
    out.printf(Locale.ROOT, "%-32s %10s %12s  %s%n", "phase", "seconds", "MiB moved", "container");
    for (PhaseTime phase : phases) {
      out.printf(
          Locale.ROOT,
          "%-32s %10.2f %12.2f  %s%n",
          phase.getPhase(),
          phase.getDurationMs() / 1000.0,
          phase.getBytes() / 1048576.0,
          phase.getFrozen() ? "frozen" : "running");
    }
    List<PhaseTime> frozen = phases.stream().filter(PhaseTime::getFrozen).toList();
    out.printf(
        Locale.ROOT,
        "%-32s %10.2f %12.2f%n",
        "of these frozen",
        frozen.stream().mapToLong(PhaseTime::getDurationMs).sum() / 1000.0,
        frozen.stream().mapToLong(PhaseTime::getBytes).sum() / 1048576.0);
  }
}
