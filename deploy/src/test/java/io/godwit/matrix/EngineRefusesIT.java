package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.matrix.Wires.Moment;
import io.godwit.matrix.Wires.Then;
import io.godwit.matrix.Wires.Trap;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An Engine that answers 500 to each kind of call in turn; and one that does what it was asked to
 * and answers 500 all the same.
 */
@Order(Lab.FIRST)
@ExtendWith(OneLab.class)
final class EngineRefusesIT {
  private static final Pattern ENGINES =
      Pattern.compile("(GET|POST|DELETE) /(?!godwit/|godwit$).*");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}|[0-9a-f]{8}|e[0-9]+[a-z-]*");
  private int containers;

  /** What a service asks of the Engine, as a regular expression for any container. */
  private record Kind(String who, String call) {
    boolean acts() {
      return !call.startsWith("^GET");
    }
  }

  @Test
  void itGoesOnOnOneSideWhicheverCallFails(Lab lab) throws InterruptedException {
    for (Kind kind : kinds(lab)) {
      moves(lab, kind, Moment.BEFORE);
      if (kind.acts()) {
        moves(lab, kind, Moment.AFTER);
      }
    }
  }

  /** Of a move that nothing hinders. */
  private Set<Kind> kinds(Lab lab) {
    try (Moving moving = Moving.started(lab, "e" + ++containers)) {
      lab.wires().clear();
      moving.ask(Moving.BUDGET);
      State end = moving.awaitEnd(Duration.ofSeconds(60));
      Set<Kind> kinds = new LinkedHashSet<>();
      List<String> seen = lab.wires().seen();
      moving.assertGoesOnOnce(end);
      assertTrue(end == State.SUCCEEDED, moving::history);
      for (String line : seen) {
        String[] words = line.split(": ", 2);
        if (ENGINES.matcher(words[1]).matches()) {
          kinds.add(new Kind(words[0], pattern(words[1])));
        }
      }
      return kinds;
    }
  }

  private static String pattern(String call) {
    StringBuilder pattern = new StringBuilder("^");
    int from = 0;
    var ids = ID.matcher(call);
    while (ids.find()) {
      pattern.append(Pattern.quote(call.substring(from, ids.start()))).append("[^/?]+");
      from = ids.end();
    }
    return pattern.append(Pattern.quote(call.substring(from))).append('$').toString();
  }

  private void moves(Lab lab, Kind kind, Moment moment) throws InterruptedException {
    try (Moving moving = Moving.started(lab, "e" + ++containers)) {
      Trap trap = lab.wires().trap(kind.who(), kind.call(), moment, 1, Then.IS_REFUSED, () -> {});
      long begin = System.currentTimeMillis();
      moving.ask(Moving.BUDGET);
      State end = moving.awaitEnd(Duration.ofSeconds(90));
      System.out.printf(
          "500 %s %s's %s -> %s in %d ms%n",
          moment, kind.who(), kind.call(), end, System.currentTimeMillis() - begin);
      lab.wires().clear();
      assertTrue(trap.hasStruck(), () -> kind + " was not asked");
      moving.assertGoesOnOnce(end);
    }
  }
}
