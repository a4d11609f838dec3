package io.godwit.matrix;

import io.godwit.checkpointer.migration.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever is killed, whenever: each number once, and it goes on in one place. */
@ExtendWith(Lab.Given.class)
final class MatrixIT {
  @Test
  void nobodyIsKilled(Lab lab) {
    long t0 = System.currentTimeMillis();
    try (Moving moving = Moving.begin(lab, "plain", Moving.BUDGET)) {
      State end = moving.awaitEnd(Duration.ofSeconds(90));
      System.out.println("end " + end + " after " + (System.currentTimeMillis() - t0));
      System.out.println(moving.history());
      lab.wires().seen().forEach(System.out::println);
      moving.assertGoesOnOnce(end);
    }
  }
}
