package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.godwit.messaging.DeadLetter;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.RecordHandler;
import io.godwit.messaging.Topic;
import io.godwit.standalone.Brokers.Broker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** What goes to one device, among many. */
@ParameterizedClass
@ArgumentsSource(Brokers.class)
class DeviceTopicsIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Party.Agent PI = new Party.Agent("pi");
  private static final int SIZE = 20_000;
  private static final BytesValue RECORD = BytesValue.of(ByteString.copyFrom(new byte[SIZE]));

  @Parameter private Broker broker;
  @TempDir private Path folder;
  private Lab lab;

  @BeforeEach
  void makeTopics() throws Exception {
    Path properties =
        Lab.properties(folder, "metric.reporters=%s\n".formatted(BytesRead.class.getName()));
    lab = Lab.on(broker.bootstrap(), Optional.of(properties));
  }

  @AfterEach
  void leaveTopics() throws Exception {
    lab.close();
  }

  private void read(KafkaMessaging messaging, RecordHandler handler) {
    for (Topic topic : PI.takes()) {
      lab.keep(messaging.subscribeOwn(topic, PI.device(), PI.group().orElseThrow(), handler));
    }
  }

  @Test
  void whatADeviceReadsDoesNotGrowWithTheFleet() {
    String name = "pi-" + broker.name();
    KafkaMessaging agent = lab.service(name, QUICK);
    KafkaMessaging sender = lab.service("sender", QUICK);
    List<Party.Agent> others =
        IntStream.range(0, 10).mapToObj(i -> new Party.Agent("tv" + i)).toList();
    sender.createTopics(Stream.concat(Stream.of(PI), others.stream()).toArray(Party.Agent[]::new));
    AtomicInteger handled = new AtomicInteger();
    read(agent, _ -> handled.incrementAndGet());
    PI.takes().forEach(topic -> sender.publisher().publish(topic, "pi", RECORD));
    await().atMost(SOON).until(() -> handled.get() == 3);
    long before = read(name, 3 * SIZE);

    for (Party.Agent other : others) {
      PI.takes().forEach(topic -> sender.publisher().publish(topic, other.device(), RECORD));
    }
    PI.takes().forEach(topic -> sender.publisher().publish(topic, "pi", RECORD));
    await().atMost(SOON).until(() -> handled.get() == 6);
    long more = read(name, before + 3 * SIZE) - before;
    assertTrue(more < 4 * SIZE, "read " + more + " more");
  }

  /** The client counts a record's bytes when it looks for the next one. */
  private static long read(String service, long atLeast) {
    return await()
        .atMost(SOON)
        .until(() -> BytesRead.by("godwit-" + service), bytes -> bytes >= atLeast);
  }

  @Test
  void letterGoesBackToTheDeviceThatItWasFor() {
    KafkaMessaging agent = lab.service("restorer-agent", QUICK);
    agent.createTopics(PI);
    AtomicInteger seen = new AtomicInteger();
    read(
        agent,
        record -> {
          if (seen.incrementAndGet() == 1) {
            throw new PoisonException("of no use");
          }
        });
    agent.publisher().publish(Topic.CONVERSIONS, "pi", RECORD);
    await().atMost(SOON).until(() -> lab.deadLetters().size() == 1);
    DeadLetter letter = lab.deadLetters().getFirst();
    assertEquals(lab.settings.topicPrefix() + "conversions.pi", letter.topic());
    assertTrue(
        Command.godwit(lab.settings, 0, "dead-letters", "show", "0").contains("godwit.Conversion"));
    Command.godwit(lab.settings, 0, "dead-letters", "replay", "0");
    await().atMost(SOON).until(() -> seen.get() == 2);
  }
}
