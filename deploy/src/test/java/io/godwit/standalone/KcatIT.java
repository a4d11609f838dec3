package io.godwit.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Request;
import io.godwit.messaging.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's request by any Kafka client, with the programs that it names. */
class KcatIT {
  private static final Path ROOT = Path.of(System.getProperty("godwit.root"));
  private static final String CONTRACT = "common/pipeline/src/main/proto/godwit/contract.proto";

  @Test
  void requestAsTheReadmeWritesItIsOne(@TempDir Path folder) throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, Optional.empty());
        Lab lab = Lab.on(kafka)) {
      String script =
          example()
              .replace("127.0.0.1:9092", kafka.bootstrap())
              .replace("godwit.requests", lab.nameOf(Topic.REQUESTS));
      // What the example finds in a checkout, and leaves there.
      Path contract = folder.resolve(CONTRACT);
      Files.createDirectories(contract.resolveSibling("."));
      Files.copy(ROOT.resolve(CONTRACT), contract);
      Process shell =
          new ProcessBuilder("sh", "-euc", script)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(shell.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, shell.exitValue(), script + said);

      List<ConsumerRecord<byte[], byte[]>> records = lab.records(Topic.REQUESTS);
      assertEquals(1, records.size(), said);
      MigrationRequest request = Request.parseFrom(records.getFirst().value()).getMigration();
      assertEquals("counter", request.getContainer());
      assertEquals("phone", request.getDevice());
      assertEquals(request.getHost(), new String(records.getFirst().key(), StandardCharsets.UTF_8));
      assertEquals(36, request.getMigrationId().length());
    }
  }

  /** The indented lines of the README from the one that makes the request to kcat's. */
  private static String example() throws Exception {
    List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
    int kcat = -1;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).strip().startsWith("kcat -P")) {
        kcat = i;
      }
    }
    assertTrue(kcat > 0, "the README has no line for kcat");
    int first = kcat;
    while (lines.get(first - 1).startsWith("    ")) {
      first--;
    }
    return String.join("\n", lines.subList(first, kcat + 1)).indent(-4);
  }
}
