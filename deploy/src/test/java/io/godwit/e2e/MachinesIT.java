package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Every machine is host and device: containers leave each, and come home. */
@OnX86
final class MachinesIT {
  @Test
  void comesHomeUnderItsNameToWhatItLeftBehind(World world) {
    try (Counter counter = Counter.start(world, "e2e-home")) {
      String name = counter.name();
      Machine here = world.here();
      Machine there = world.x86();
      there.docker().remove(name);
      String first = here.docker().inspect(name, "{{.Id}}");

      world.migrate(name, here, there, "--allow-cpu-difference").orFail();
      assertEquals(first, here.docker().inspect(name, "{{.Id}}"), "the source is kept, stopped");
      assertFalse(here.docker().isRunning(name));
      CounterLines source = counter.onSource();
      Counter.on(there, name, source, 3);

      world.migrate(name, there, here, "--allow-cpu-difference").orFail();
      assertTrue(here.docker().isRunning(name));
      assertFalse(there.docker().isRunning(name));
      Counter.on(here, name, CounterLines.of(there.docker().logs(name)), 3);
      assertEquals(
          List.of(name),
          here.docker()
              .run("ps", "--all", "--format", "{{.Names}}", "--filter", "name=" + name)
              .orFail()
              .lines()
              .toList());
      assertFalse(
          here.docker().run("inspect", first).exit() == 0, "what it left behind is removed");

      // And away again: what it left behind there makes way as well.
      world.migrate(name, here, there, "--allow-cpu-difference").orFail();
      assertTrue(there.docker().isRunning(name));
      there.docker().remove(name);
    }
  }
}
