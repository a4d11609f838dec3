package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Debian's redis-server crosses to another x86_64 machine with its data and its clients. */
@OnX86
final class RedisIT {
  private static final int PORT = 17_379;
  private static final int KEYS = 65_536;
  private static final int VALUE_BYTES = 4_096;

  @Test
  void keeps256MebibytesOfDataThereAndBackAgain(World world) throws Exception {
    try (Stock redis = start(world, "e2e-redis-data")) {
      RedisClient connected = RedisClient.await(world.here().reach(PORT));
      connected.ask("DEBUG", "POPULATE", "" + KEYS, "key", "" + VALUE_BYTES);
      connected.ask("SET", "bird", "bar-tailed godwit", "EX", "100000");
      String digest = connected.ask("DEBUG", "DIGEST");
      RedisClient blocked = new RedisClient(world.here().reach(PORT), Duration.ofMinutes(10));
      blocked.send("BLPOP", "queue", "0");
      String started = field(connected.ask("INFO", "server"), "run_id");

      for (Machine next : List.of(world.x86(), world.here())) {
        redis.moveTo(next);
        if (next == world.x86()) {
          // The other machine's CRIU is older than 4.2.1: a peer learns of it when it next sends.
          assertTrue(connected.seesItsConnectionClosed());
          assertTrue(blocked.seesItsConnectionClosed());
        }
        connected.close();
        blocked.close();

        connected = RedisClient.await(next.reach(PORT));
        assertEquals(KEYS + 1, Integer.parseInt(connected.ask("DBSIZE")));
        assertEquals(digest, connected.ask("DEBUG", "DIGEST"));
        assertEquals(started, field(connected.ask("INFO", "server"), "run_id"));
        blocked = new RedisClient(next.reach(PORT), Duration.ofMinutes(10));
        blocked.send("BLPOP", "queue", "0");
        connected.ask("RPUSH", "queue", "pushed after the move");
        assertEquals("queue\npushed after the move", blocked.answer());
        blocked.send("BLPOP", "queue", "0");
      }
      connected.close();
      blocked.close();
    }
  }

  @Test
  void losesAndDoublesNoWriteOnTenHops(World world) throws Exception {
    try (Stock redis = start(world, "e2e-redis-hops");
        RedisWriter writer =
            new RedisWriter(List.of(world.here().reach(PORT), world.x86().reach(PORT)))) {
      for (int hop = 1; hop <= 10; hop++) {
        writer.awaitMore(20);
        redis.moveTo(hop % 2 == 1 ? world.x86() : world.here());
        writer.awaitMore(20);
      }
      long acknowledged = writer.stop();
      try (RedisClient client = RedisClient.await(redis.at().reach(PORT))) {
        assertEquals(acknowledged, Long.parseLong(client.ask("GET", "counter")));
        List<String> tokens = client.ask("LRANGE", "tokens", "0", "-1").lines().toList();
        assertEquals(acknowledged, tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
          assertEquals("" + (i + 1), tokens.get(i));
        }
      }
    }
  }

  private static Stock start(World world, String name) {
    return Stock.start(
        world,
        world.here(),
        name,
        List.of("--publish", PORT + ":6379"),
        List.of(
            "redis-server",
            "--bind",
            "0.0.0.0",
            "--protected-mode",
            "no",
            "--save",
            "",
            "--enable-debug-command",
            "yes"));
  }

  private static String field(String info, String name) {
    return info.lines().filter(line -> line.startsWith(name + ":")).findFirst().orElseThrow();
  }
}
