package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.Event;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Phase;
import io.godwit.contract.Request;
import io.godwit.e2e.Shell;
import io.godwit.messaging.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What deploy/REQUESTS.md shows, with the programs that it names. */
class RequestsIT {
  private static final Path ROOT = Path.of(System.getProperty("godwit.root")).normalize();
  private static final Pattern BLOCK =
      Pattern.compile(
          "^```(\\w+)\n(?:(?:#|//) (\\S+)\n)?(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir private Path folder;

  @Test
  void everyClientOfThePageAsksForAMigrationAndOneSeesItsEnd() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, Optional.empty());
        Lab lab = Lab.on(kafka)) {
      // Where the page has been followed from: a clone that is built.
      for (String part : List.of("common", "deploy")) {
        Files.createSymbolicLink(folder.resolve(part), ROOT.resolve(part));
      }
      String page =
          Files.readString(ROOT.resolve("deploy/REQUESTS.md"))
              .replace("127.0.0.1:9092", kafka.bootstrap())
              .replace("godwit.requests", lab.nameOf(Topic.REQUESTS))
              .replace("godwit.events", lab.nameOf(Topic.EVENTS));
      for (MatchResult block : BLOCK.matcher(page).results().toList()) {
        if (block.group(1).equals("sh")) {
          run(block.group(3)).orFail();
        } else {
          Files.writeString(folder.resolve(block.group(2)), block.group(3));
        }
      }

      List<ConsumerRecord<byte[], byte[]>> records = lab.records(Topic.REQUESTS);
      assertEquals(3, records.size());
      for (ConsumerRecord<byte[], byte[]> record : records) {
        MigrationRequest request = Request.parseFrom(record.value()).getMigration();
        assertEquals("counter", request.getContainer());
        assertEquals("phone", request.getDevice());
        assertEquals(request.getHost(), new String(record.key(), StandardCharsets.UTF_8));
        assertEquals(36, request.getMigrationId().length());
      }

      say(lab, Event.newBuilder().setMigrationId("m").setPhase(Phase.FROZEN).setMessage("stands"));
      say(lab, Event.newBuilder().setMigrationId("n").setPhase(Phase.FAILED).setEnded(true));
      say(lab, Event.newBuilder().setMigrationId("m").setPhase(Phase.SUCCEEDED).setEnded(true));
      assertEquals("FROZEN stands\nSUCCEEDED", run("python3 watch.py m").orFail().stripTrailing());
    }
  }

  private static void say(Lab lab, Event.Builder event) {
    lab.service("checkpointer", QUICK)
        .publisher()
        .publish(Topic.EVENTS, event.getMigrationId(), event.build());
  }

  private Shell.Result run(String script) {
    String java = Path.of(System.getProperty("java.home"), "bin").toString();
    return Shell.run(
        Duration.ofMinutes(2),
        // The distribution's own, whatever else is installed.
        Map.of("PATH", java + ":/usr/bin:" + System.getenv("PATH")),
        List.of("sh", "-euc", "cd \"$1\"\n" + script, "sh", folder.toString()));
  }
}
