package io.godwit.e2e;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** A {@code counter} container on this machine, and what it prints wherever it runs. */
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

  CounterLines onDeviceAtLeast(int lines) {
    List<String> printed =
        Awaitility.await(name + " to print " + lines + " lines on the device")
            .atMost(Duration.ofSeconds(60))
            .until(() -> world.device().docker().logs(name), logs -> logs.size() >= lines);
    return CounterLines.of(printed);
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
    world.device().docker().remove(name);
  }
}
