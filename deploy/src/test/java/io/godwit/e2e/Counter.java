package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A {@code counter} container on this machine, and what it prints wherever it runs. Its log goes
 * along: on the next machine it begins with what it printed on the last.
 */
record Counter(World world, String name) implements AutoCloseable {
  /** Starts it with Docker's default options and lets it count a little. */
  static Counter start(World world, String name) {
    world.docker().remove(name);
    world.docker().run("run", "--detach", "--name", name, "godwit/counter").orFail();
    Counter counter = new Counter(world, name);
    counter.awaitSourceBeyond(5);
    return counter;
  }

  CounterLines onSource() {
    return CounterLines.of(world.docker().logs(name));
  }

  /**
   * What it has printed since it left this machine, once these are so many lines; all that it had
   * printed here stands before them.
   */
  CounterLines onDeviceSince(CounterLines source, int lines) {
    return on(world.device(), name, source, lines);
  }

  /** The same of any machine, and of the name that it has there. */
  static CounterLines on(Machine machine, String name, CounterLines before, int lines) {
    int known = before.numbers().size();
    List<String> printed =
        Awaitility.await(name + " to print " + lines + " more lines on " + machine.name())
            .atMost(Duration.ofMinutes(2))
            // A question costs an emulated processor a second.
            .pollInterval(Duration.ofSeconds(1))
            .until(() -> machine.docker().logs(name), logs -> logs.size() >= known + lines);
    CounterLines all = CounterLines.of(printed);
    all.assertUnbroken();
    assertEquals(before.numbers(), all.numbers().subList(0, known), "the log goes on, not anew");
    return CounterLines.of(printed.subList(known, printed.size()));
  }

  /** Waits until the source has printed more than so many lines. */
  CounterLines awaitSourceBeyond(int lines) {
    return CounterLines.of(
        Awaitility.await(name + " to count beyond " + lines)
            .atMost(Duration.ofSeconds(60))
            .until(() -> world.docker().logs(name), logs -> logs.size() > lines));
  }

  /** It counts on here, from where it was, and nothing of its name runs on the device. */
  void assertRunsOnHereOnly() {
    int before = onSource().numbers().size();
    awaitSourceBeyond(before + 3).assertUnbroken();
    if (world.device().docker().isRunning(name)) {
      throw new AssertionError(name + " runs on the device as well");
    }
  }

  @Override
  public void close() {
    world.docker().remove(name);
    // No machine boots for this.
    world.booted().forEach(machine -> machine.docker().remove(name));
  }
}
