package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Between ARM64 machines nothing is rewritten. */
@OnArm64
final class Arm64IT {
  @Test
  void movesOnAnArm64MachineToItselfUnderAnotherName(World world) {
    try (Counter counter = Counter.start(world, "e2e-arm")) {
      Machine arm = world.device();
      String other = counter.name() + "-2";
      arm.docker().remove(other);
      world.migrate(counter.name(), world.here(), arm).orFail();
      world.migrate(counter.name(), arm, arm, "--name", other).orFail();
      CounterLines lines = CounterLines.of(arm.docker().logs(counter.name()));
      assertFalse(arm.docker().isRunning(counter.name()));
      CounterLines since = Counter.on(arm, other, lines, 3);
      assertTrue(since.isas().stream().allMatch("aarch64"::equals));
      arm.docker().remove(other);
    }
  }
}
