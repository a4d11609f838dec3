package io.godwit.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever crashes, a container is never lost and never runs twice. Each seed makes another world
 * of hosts, devices and programs, and draws what goes wrong in it and when; both real services run
 * in it, over a broker, a store, disks, clocks and Engines that are played. The {@link Oracle}
 * looks after every event.
 *
 * <p>A failing seed is shrunk to the faults that it needs, and told with its history. It is played
 * again by
 *
 * <pre>
 * mvn -pl deploy -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dgodwit.seed=N
 * </pre>
 *
 * <p>On the code that ended the source at the dump and restored it to roll back, it found by
 * itself: what CRIU cannot restore is lost (no fault needed); a roll back is given up at one answer
 * with 500, and the only copy deleted after a put that failed before the checkpoint was published;
 * two devices of one name run a container twice when one was killed before its claim; a program
 * that ended before the agent looked is run again (no fault needed); an id given twice ends the
 * wrong source; a host that was off while the log forgot restores beside the running copy; an Error
 * ends a migration's thread for good; a dump that was never forced is gone with the power.
 */
@Tag("simulation")
final class SimulationTest {
  private static final int SEEDS = Integer.getInteger("godwit.seeds", 10_000);
  private static final Optional<Long> ONE = Optional.ofNullable(Long.getLong("godwit.seed"));

  /** So many are told; more of them are told when these are mended. */
  private static final int TOLD = 3;

  @Test
  void nothingIsLostAndNothingRunsTwice() {
    List<String> violations = new ArrayList<>();
    LongStream seeds = ONE.map(LongStream::of).orElse(LongStream.rangeClosed(1, SEEDS));
    for (long seed : seeds.toArray()) {
      Plan plan = Plan.of(seed);
      if (Simulation.run(plan, false).violation().isPresent()) {
        violations.add(words(Shrinker.shrink(plan)));
      }
      if (violations.size() == TOLD) {
        break;
      }
    }
    if (!violations.isEmpty()) {
      fail(String.join("\n\n", violations));
    }
  }

  @Test
  void oneSeedIsOneHistory() {
    for (long seed = 1; seed <= 20; seed++) {
      assertEquals(history(seed), history(seed), "seed " + seed);
    }
  }

  private static List<String> history(long seed) {
    return Simulation.run(Plan.of(seed), true).history();
  }

  private static String words(Plan plan) {
    Simulation.Result result = Simulation.run(plan, true);
    return "SEED %d: %s%nin %s%nwith %s%n%s%nPlay it again with: -Dtest=SimulationTest -Dgodwit.seed=%d"
        .formatted(
            plan.seed(),
            result.violation().orElse("nothing any more"),
            plan.setting(),
            plan.faults(),
            String.join("\n", result.history()),
            plan.seed());
  }
}
