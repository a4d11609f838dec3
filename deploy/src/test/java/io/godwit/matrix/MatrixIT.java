package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.matrix.Wires.Trap;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever is killed or stands still, and whenever: each number once, it goes on in one place, and
 * what is said of it is so.
 */
@Order(Lab.FIRST)
@ExtendWith(OneLab.class)
final class MatrixIT {
  /** {@code -Drow=REGEX} runs those alone whose names it matches. */
  static Stream<Row> rows() {
    String only = System.getProperty("row", "");
    if (only.equals("open")) {
      return Rows.open();
    }
    return Rows.all().filter(row -> row.toString().matches(".*" + only + ".*"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void eachNumberOnceAndOneSideGoesOn(Row row, Lab lab) throws InterruptedException {
    try (Moving moving = Moving.started(lab, "m-" + UUID.randomUUID())) {
      Trap first = row.strikes().getFirst().set(lab);
      moving.ask(row.budget());
      for (int i = 0; i < row.strikes().size(); i++) {
        Strike strike = row.strikes().get(i);
        Trap trap = i == 0 ? first : strike.set(lab);
        trap.await(60);
        strike.comeBack(lab);
      }
      State end = moving.awaitEnd(Duration.ofSeconds(120));
      lab.heal();
      moving.assertGoesOnOnce(end);
      assertTrue(row.ends().contains(end), () -> row + " ended as " + moving.history());
    }
  }

  @AfterEach
  void heal(Lab lab) {
    lab.heal();
  }
}
