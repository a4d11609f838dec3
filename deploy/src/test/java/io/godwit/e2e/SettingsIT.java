package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.cores.KeepsACoreBusy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of settings (deploy/MOVES.md), each row in a small container: what moves is as it was
 * afterwards, what does not is refused by name and untouched. Several at once, since each waits for
 * much. What hangs on the machine (its kernel, Docker, cgroup version, CRIU) crosses to another,
 * and so does all that programs hold, in one container together; what is refused is refused at the
 * source.
 */
@ExtendWith(World.Given.class)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(
    value = World.STANDALONE,
    mode = ResourceAccessMode.READ,
    target = ResourceLockTarget.CHILDREN)
final class SettingsIT {
  private static final String PRELUDE = "holds.py";

  static Stream<Sample> movedHere() {
    return Samples.all().stream().filter(sample -> sample.moves() && isHere(sample));
  }

  static Stream<Sample> movedAcross() {
    return Stream.concat(
        Stream.of(HeldThings.together()),
        Samples.all().stream().filter(sample -> sample.moves() && !isHere(sample)));
  }

  static Stream<Sample> refused() {
    return Samples.all().stream().filter(sample -> !sample.moves());
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @MethodSource
  void movedHere(Sample sample, World world) {
    move(sample, world);
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @ResourceLock(value = World.X86, mode = ResourceAccessMode.READ)
  @KeepsACoreBusy(World.X86)
  @MethodSource
  void movedAcross(Sample sample, World world) {
    move(sample, world);
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @MethodSource
  void refused(Sample sample, World world) {
    try (SampleRun run = start(sample, world)) {
      assertEquals(List.of(), run.refuse());
    }
  }

  private static void move(Sample sample, World world) {
    try (SampleRun run = start(sample, world)) {
      assertEquals(List.of(), run.move());
    }
  }

  /** The image is not sent with each row that comes first: that it goes along, others try. */
  private static Device x86(World world) {
    world.x86().requireImage("godwit/stock");
    return world.x86();
  }

  private static boolean isHere(Sample sample) {
    return sample.needs().ground() == Sample.Ground.HERE;
  }

  private static SampleRun start(Sample sample, World world) {
    return SampleRun.start(
        sample.named("e2e-" + sample.name()),
        road(sample, world),
        StockIT.program(PRELUDE),
        Stock.OLDER_PROCESSOR);
  }

  private static Road road(Sample sample, World world) {
    return switch (sample.needs().ground()) {
      case HERE -> road(world, world.here(), world.here(), "-moved");
      case ACROSS -> road(world, world.here(), x86(world), "");
      case THERE -> road(world, x86(world), x86(world), "-moved");
    };
  }

  private static Road road(World world, Machine from, Machine to, String suffix) {
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
