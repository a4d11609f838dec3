package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.matrix.Wires.Trap;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One move, and what happens on its way, one after the other: who was killed is back before the
 * next blow is waited for.
 *
 * @param budget how long the container may stand still
 * @param ends how the move may end
 */
record Row(List<Strike> strikes, Duration budget, Set<State> ends) {
  static Row of(Strike... strikes) {
    return new Row(List.of(strikes), Moving.BUDGET, Set.of(State.SUCCEEDED, State.ROLLED_BACK));
  }

  static Row of(Strike.Blow blow, Strike.Call... calls) {
    return of(Arrays.stream(calls).map(call -> Strike.of(blow, call)).toArray(Strike[]::new));
  }

  Row ends(State end) {
    return new Row(strikes, budget, Set.of(end));
  }

  /** May stand still for three seconds, and who is stopped stays so for longer. */
  Row late() {
    return new Row(
        strikes.stream().map(strike -> strike.away(4.5)).toList(), Duration.ofSeconds(3), ends);
  }

  /** Has a move of a new container meet all of it, and looks at how it ends. */
  void meets(Lab lab, String container) throws InterruptedException {
    try (Moving moving = Moving.started(lab, container)) {
      Trap first = strikes.getFirst().set(lab);
      moving.ask(budget);
      for (int i = 0; i < strikes.size(); i++) {
        Strike strike = strikes.get(i);
        Trap trap = i == 0 ? first : strike.set(lab);
        trap.await(60);
        strike.comeBack(lab);
      }
      State end = moving.awaitEnd(Duration.ofSeconds(120));
      lab.heal();
      moving.assertGoesOnOnce(end);
      assertTrue(ends.contains(end), () -> this + " ended as " + moving.history());
    }
  }

  @Override
  public String toString() {
    return strikes.stream().map(Strike::toString).collect(Collectors.joining("; "));
  }
}
