package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.cores.KeepsACoreBusy;
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
@KeepsACoreBusy(Lab.KIND)
@ExtendWith(OneLab.class)
final class EngineRefusesIT {
  private static final Pattern ENGINES =
      Pattern.compile("(GET|POST|DELETE) /(?!godwit/|godwit$).*");
  private static final String PAUSE = "/pause";
  private static final Pattern ID =
      Pattern.compile(
          "[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}|refused-[0-9]+");
  private int containers;

  /**
   * What a service asks of the Engine.
   *
   * @param call regular expression, for any container
   * @param frozen asked once the source was told to stand still
   */
  private record Kind(String who, String call, boolean frozen) {
    boolean acts() {
      return !call.contains("GET /");
    }
  }

  @Test
  void itGoesOnOnOneSideWhicheverCallFails(Lab lab) throws InterruptedException {
    // Asked once for all containers of an image, so it comes first.
    moves(lab, new Kind(Lab.CHECKPOINTER, "^GET /images/.*/get$", false), Moment.BEFORE);
    kinds(lab);
    for (Kind kind : kinds(lab)) {
      moves(lab, kind, Moment.BEFORE);
      if (kind.acts()) {
        moves(lab, kind, Moment.AFTER);
      }
    }
  }

  /** Of a move that nothing hinders. */
  private Set<Kind> kinds(Lab lab) {
    try (Moving moving = Moving.started(lab, "refused-" + ++containers)) {
      lab.wires().clear();
      moving.ask(Moving.BUDGET);
      State end = moving.awaitEnd(Duration.ofSeconds(60));
      Set<Kind> kinds = new LinkedHashSet<>();
      List<String> seen = lab.wires().seen();
      moving.assertGoesOnOnce(end);
      assertTrue(end == State.SUCCEEDED, moving::history);
      boolean frozen = false;
      for (String line : seen) {
        String[] words = line.split(": ", 2);
        if (ENGINES.matcher(words[1]).matches()) {
          kinds.add(new Kind(words[0], pattern(words[1]), frozen));
          frozen |= words[1].endsWith(PAUSE);
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
    try (Moving moving = Moving.started(lab, "refused-" + ++containers)) {
      Trap trap = lab.wires().trap(kind.who(), kind.call(), moment, 1, Then.IS_REFUSED, () -> {});
      if (kind.frozen()) {
        trap.disarm();
        lab.wires().trap(Lab.CHECKPOINTER, PAUSE + "$", Moment.AFTER, 1, Then.PASSES, trap::arm);
      }
      long begin = System.currentTimeMillis();
      moving.ask(Moving.BUDGET);
      State end = moving.awaitEnd(Duration.ofSeconds(90));
      System.out.printf(
          "500 %s %s%s's %s -> %s in %d ms%n",
          moment,
          kind.frozen() ? "frozen " : "",
          kind.who(),
          kind.call().replaceAll("\\\\[QE]|[$^]", ""),
          end,
          System.currentTimeMillis() - begin);
      lab.wires().clear();
      assertTrue(trap.hasStruck(), () -> kind + " was not asked");
      moving.assertGoesOnOnce(end);
    }
  }
}
