package io.godwit.matrix;

import io.godwit.cores.KeepsACoreBusy;
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
@KeepsACoreBusy(Lab.KIND)
@ExtendWith(OneLab.class)
final class MatrixIT {
  /** {@code -Drow=REGEX} runs those alone whose names it matches. */
  static Stream<Row> rows() {
    String only = System.getProperty("row", "");
    return Rows.all().filter(row -> row.toString().matches(".*" + only + ".*"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void eachNumberOnceAndOneSideGoesOn(Row row, Lab lab) throws InterruptedException {
    row.meets(lab, "m-" + UUID.randomUUID());
  }

  @AfterEach
  void heal(Lab lab) {
    lab.heal();
  }
}
