package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code kv}, filled and with a client connected, crosses to the ARM64 device. */
@OnArm64
final class KvIT {
  private static final int KEYS = 40_000;
  private static final String NAME = "e2e-kv";

  @Test
  void clientFindsEverythingOnTheDevice(World world) throws Exception {
    Docker here = world.docker();
    Docker there = world.device().docker();
    here.remove(NAME);
    here.run(
            "run",
            "--detach",
            "--name",
            NAME,
            "--publish",
            World.KV_PORT + ":7070",
            "--env",
            "BIRD=bar-tailed godwit",
            "godwit/kv")
        .orFail();
    KvClient.awaitAnswer(World.KV_PORT);
    try (KvClient connected = new KvClient(World.KV_PORT)) {
      List<String> values = values();
      connected.askAll(
          IntStream.range(0, KEYS).mapToObj(i -> "SET key" + i + " " + values.get(i)).toList());
      String count = connected.ask("COUNT");
      String sum = connected.ask("SUM");
      String file = connected.ask("FILE");
      String signals = connected.ask("SIGNALS");
      String arguments = connected.ask("ARGS");
      long ticks = number(connected.ask("TICKS"));
      assertEquals("ISA x86_64", connected.ask("ISA"));

      Shell.Result moved = world.godwit("migrate", NAME, "--to", world.device().name(), "--watch");
      assertEquals(0, moved.exit(), moved.out() + moved.err());
      assertTrue(connected.seesItsConnectionClosed());

      KvClient.awaitAnswer(world.device().reach(World.KV_PORT));
      try (KvClient again = new KvClient(world.device().reach(World.KV_PORT))) {
        assertEquals("ISA aarch64", again.ask("ISA"));
        assertEquals(count, again.ask("COUNT"));
        assertEquals(sum, again.ask("SUM"));
        assertEquals(file, again.ask("FILE"));
        assertEquals(signals, again.ask("SIGNALS"));
        assertEquals(arguments, again.ask("ARGS"));
        assertEquals("ENV bar-tailed godwit", again.ask("ENV BIRD"));
        assertEquals("PID 1", again.ask("PID"));
        assertFloatingPointSumGoesOn(again, ticks);
        assertEquals(
            values.stream().map(value -> "VALUE " + value).toList(),
            again.askAll(IntStream.range(0, KEYS).mapToObj(i -> "GET key" + i).toList()));
        assertEquals("OK", again.ask("SET later on-the-device"));
      }
      there.run("stop", "--time", "20", NAME).orFail();
      assertEquals("0", there.inspect(NAME, "{{.State.ExitCode}}"), "SIGTERM runs the handler");
      String last = there.logs(NAME).getLast();
      assertTrue(
          last.matches("kv aarch64 ends with " + (KEYS + 1) + " keys .* file flushed"), last);
    } finally {
      here.remove(NAME);
      there.remove(NAME);
    }
  }

  /** The n-th tick of the timer signal adds 1/n: the bits follow from the number of ticks. */
  private static void assertFloatingPointSumGoesOn(KvClient client, long ticksBefore)
      throws Exception {
    String[] words = client.ask("FSUM").split(" ", -1);
    long ticks = Long.parseLong(words[3]);
    assertTrue(ticks >= ticksBefore, "ticks went back from " + ticksBefore + " to " + ticks);
    double expected = 0;
    for (long n = 1; n <= ticks; n++) {
      expected += 1.0 / n;
    }
    assertEquals(
        Double.doubleToLongBits(expected), Long.parseUnsignedLong(words[1].replace("0x", ""), 16));
  }

  private static long number(String answer) {
    return Long.parseLong(answer.split(" ", -1)[1]);
  }

  private static List<String> values() {
    Random random = new Random(20_261_123);
    return IntStream.range(0, KEYS)
        .mapToObj(i -> "value-" + Long.toHexString(random.nextLong()).repeat(1 + random.nextInt(8)))
        .toList();
  }
}
