package io.godwit.simulation;

import java.util.ArrayList;
import java.util.List;

/** Finds the fewest faults of a plan that still do it. */
final class Shrinker {
  private Shrinker() {}

  /** The plan without any fault that is not needed for a violation of the same kind. */
  static Plan shrink(Plan failing) {
    String kind = kind(failing);
    Plan shortest = failing;
    boolean shorter = true;
    while (shorter) {
      shorter = false;
      for (int i = 0; i < shortest.faults().size() && !shorter; i++) {
        List<Fault> fewer = new ArrayList<>(shortest.faults());
        fewer.remove(i);
        Plan without = shortest.with(fewer);
        if (kind(without).equals(kind)) {
          shortest = without;
          shorter = true;
        }
      }
    }
    return shortest;
  }

  /** What kind of violation a plan leads to; empty where to none. */
  static String kind(Plan plan) {
    return Simulation.run(plan, false).violation().map(Shrinker::kind).orElse("");
  }

  /** The words before the particulars. */
  static String kind(String violation) {
    return violation.replaceFirst(":.*", "");
  }
}
