package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of settings (deploy/MOVES.md), each row in a small container: what moves is as it was
 * afterwards, what does not is refused by name and untouched. Several at once, since each waits for
 * much.
 */
@ExtendWith(World.Given.class)
final class SettingsIT {
  private static final String PRELUDE = "holds.py";

  static Stream<Sample> moved() {
    return Samples.all().stream().filter(Sample::moves);
  }

  static Stream<Sample> refused() {
    return Samples.all().stream().filter(sample -> !sample.moves());
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @MethodSource
  void moved(Sample sample, World world) {
    try (SampleRun run = start(sample, world)) {
      assertEquals(List.of(), run.move());
    }
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @MethodSource
  void refused(Sample sample, World world) {
    try (SampleRun run = start(sample, world)) {
      assertEquals(List.of(), run.refuse());
    }
  }

  private static SampleRun start(Sample sample, World world) {
    return SampleRun.start(
        sample.named("e2e-" + sample.name()),
        road(sample, world),
        StockIT.program(PRELUDE),
        Stock.OLDER_PROCESSOR);
  }

  /** To another machine, or in one that has all capabilities from one name to another. */
  private static Road road(Sample sample, World world) {
    if (sample.needs().allCapabilities()) {
      world.x86().requireImage("godwit/stock");
    }
    Machine from = sample.needs().allCapabilities() ? world.x86() : world.here();
    Machine to = world.x86();
    String suffix = from == to ? "-moved" : "";
    return new Road(
        from,
        to,
        suffix,
        (container, options) -> {
          List<String> all =
              Stream.concat(
                      Stream.of("--allow-cpu-difference", "--name", container + suffix),
                      options.stream())
                  .toList();
          return world.migrate(container, from, to, all.toArray(String[]::new));
        });
  }
}
