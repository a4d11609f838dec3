package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A container of the image {@code godwit/stock}, which holds Debian's packages as they are
 * (deploy/workloads/stock), and where it is at the moment.
 */
final class Stock implements AutoCloseable {
  /**
   * What this machine's processor may have and QEMU's lacks. A container that is to reach a virtual
   * machine starts without it, as one does that is to move among machines of different ages.
   */
  static final List<String> OLDER_PROCESSOR =
      List.of(
          "--env",
          "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD,-AVX512_VBMI2,-RTM,-XSAVEC,-ERMS,-FSRM");

  private final World world;
  private final String name;
  private Machine at;

  private Stock(World world, String name, Machine at) {
    this.world = world;
    this.name = name;
    this.at = at;
  }

  /** Starts it: options of {@code docker run}, then the command. */
  static Stock start(
      World world, Machine at, String name, List<String> options, List<String> command) {
    Stock stock = new Stock(world, name, at);
    stock.close();
    List<String> call = new ArrayList<>(List.of("run", "--detach", "--name", name));
    call.addAll(OLDER_PROCESSOR);
    call.addAll(options);
    call.add("godwit/stock");
    call.addAll(command);
    at.docker().run(call.toArray(String[]::new)).orFail();
    return stock;
  }

  /** Moves it; what is left at the source is removed, so that it can come back. */
  void moveTo(Machine target, String... options) {
    List<String> all =
        Stream.concat(
                Stream.of("--allow-cpu-difference", "--remove-source", "--watch"),
                Stream.of(options))
            .toList();
    Shell.Result moved = world.migrate(name, at, target, all.toArray(String[]::new));
    assertEquals(0, moved.exit(), moved.out() + moved.err());
    assertFalse(at.docker().isRunning(name), "the source must not run as well");
    at = target;
  }

  Machine at() {
    return at;
  }

  /** What a command prints in it. */
  String exec(String... command) {
    List<String> call = new ArrayList<>(List.of("exec", name));
    call.addAll(List.of(command));
    return at.docker().run(call.toArray(String[]::new)).orFail().strip();
  }

  List<String> log() {
    return at.docker().logs(name);
  }

  /** Its log, once it has so many lines. */
  List<String> log(int lines) {
    return Awaitility.await(name + " to print " + lines + " lines")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofSeconds(1))
        .until(this::log, log -> log.size() >= lines);
  }

  @Override
  public void close() {
    at.docker().remove(name);
    world.docker().remove(name);
    world.x86().docker().remove(name);
  }
}
