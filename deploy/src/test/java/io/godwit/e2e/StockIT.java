package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Programs of Debian's packages cross to another x86_64 machine and come back. */
@OnX86
final class StockIT {
  private static final int PORT = 17_211;
  private static final int KEYS = 2_000;

  @Test
  void memcachedKeepsEveryItem(World world) throws IOException {
    try (Stock memcached =
        Stock.start(
            world,
            world.here(),
            "e2e-memcached",
            List.of("--publish", PORT + ":11211"),
            List.of("memcached", "-u", "root", "-m", "32", "-t", "4"))) {
      KvClient.awaitAnswer(world.here().reach(PORT), "version", "VERSION ");
      try (KvClient client = new KvClient(world.here().reach(PORT))) {
        List<String> stored =
            client.askAll(
                IntStream.range(0, KEYS)
                    .mapToObj(i -> "set key%d %d 0 %d\r\n%s\r".formatted(i, i, 100, value(i)))
                    .toList());
        assertTrue(stored.stream().allMatch("STORED"::equals));
        assertEquals("STORED", client.ask("set count 0 0 1\r\n0\r"));
        assertEquals("1", client.ask("incr count 1\r"));
      }
      int count = 1;
      for (Machine next : List.of(world.x86(), world.here())) {
        memcached.moveTo(next);
        KvClient.awaitAnswer(next.reach(PORT), "version", "VERSION ");
        try (KvClient client = new KvClient(next.reach(PORT))) {
          assertEquals("" + ++count, client.ask("incr count 1\r"));
          for (int i = 0; i < KEYS; i++) {
            assertEquals(
                "VALUE key%d %d 100".formatted(i, i), client.ask("get key%d\r".formatted(i)));
            assertEquals(value(i), client.next());
            assertEquals("END", client.next());
          }
        }
      }
    }
  }

  @Test
  void pythonsThreadsKeepTheirDatabaseConsistent(World world) {
    try (Stock python =
        Stock.start(
            world,
            world.here(),
            "e2e-python",
            List.of(),
            List.of("python3", "-uc", program("transactions.py")))) {
      int lines = 0;
      python.log(40);
      for (Machine next : List.of(world.x86(), world.here())) {
        python.moveTo(next);
        lines = python.log().size();
        python.log(lines + 40);
      }
      List<String> committed = python.log();
      for (String verdict : python.exec("python3", "-c", program("audit.py")).lines().toList()) {
        String[] thread = verdict.split(" ", -1);
        long printed = committed.stream().filter(line -> line.startsWith(thread[0] + " ")).count();
        // Whatever was printed had been committed; each thread's numbers stand there once each.
        assertTrue(Long.parseLong(thread[1]) >= printed, verdict + ", printed " + printed);
        for (int i = 0; i < printed; i++) {
          String line = thread[0] + " " + (i + 1);
          assertTrue(committed.contains(line), () -> line + " is missing");
        }
      }
    }
  }

  @Test
  void pipelinesCountOnWithWhatIsInTheirPipes(World world) {
    try (Stock pipeline =
        Stock.start(
            world,
            world.here(),
            "e2e-pipeline",
            List.of(),
            List.of(
                "bash",
                "-c",
                "seq 1 100000000 | busybox awk '{ print $1 }' | while read n; do echo $n; sleep 0.02; done"))) {
      pipeline.log(20);
      for (Machine next : List.of(world.x86(), world.here())) {
        pipeline.moveTo(next);
        List<String> lines = pipeline.log(pipeline.log().size() + 20);
        for (int i = 0; i < lines.size(); i++) {
          assertEquals("" + (i + 1), lines.get(i));
        }
      }
    }
  }

  private static String value(int i) {
    return Integer.toString(i).repeat(100).substring(0, 100);
  }

  /** A file of src/test/resources/stock. */
  static String program(String name) {
    try {
      return Files.readString(
          Path.of(System.getProperty("godwit.root"), "deploy/src/test/resources/stock", name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
