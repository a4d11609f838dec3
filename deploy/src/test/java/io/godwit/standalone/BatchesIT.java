package io.godwit.standalone;

import static io.godwit.standalone.Lab.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.BatchRecord;
import io.godwit.contract.CheckRequest;
import io.godwit.contract.ContainerChecked;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.HostContainer;
import io.godwit.contract.HostProfile;
import io.godwit.contract.HostRecord;
import io.godwit.contract.IsaName;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Phase;
import io.godwit.contract.Reason;
import io.godwit.contract.Request;
import io.godwit.contract.Runs;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Controllers in processes of their own on a real broker, of which each is killed once; hosts and
 * devices are played, and speak the real topics.
 */
class BatchesIT {
  private static final List<String> HOSTS = List.of("ada", "bob");
  private static final int ON_EACH = 8;

  @TempDir private static Path folder;
  private static EmbeddedKafka kafka;
  private static Lab lab;
  private static ScheduledExecutorService playing;
  private static final Map<String, String> runsOn = new ConcurrentHashMap<>();
  private static final Map<String, Integer> underWay = new HashMap<>();
  private static final Map<String, Integer> most = new TreeMap<>();
  private static final Map<String, Event> known = new ConcurrentHashMap<>();
  private static final Set<String> moved = ConcurrentHashMap.newKeySet();

  @BeforeAll
  static void play() throws Exception {
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, Optional.empty());
    lab = Lab.on(kafka);
    playing = Executors.newScheduledThreadPool(4);
    KafkaMessaging machines = lab.service("machines", QUICK);
    for (String host : HOSTS) {
      for (int number = 0; number < ON_EACH; number++) {
        runsOn.put("%s-%d".formatted(host, number), host);
      }
      lab.keep(
          machines.subscribe(
              Topic.REQUESTS,
              Group.of("checkpointer", host),
              host::equals,
              Wire.handler(
                  Request.getDefaultInstance(), (_, request) -> ask(machines, host, request))));
    }
    playing.scheduleAtFixedRate(() -> speak(machines), 0, 2, TimeUnit.SECONDS);
  }

  @AfterAll
  static void end() throws Exception {
    playing.shutdownNow();
    lab.close();
    kafka.close();
  }

  private static void speak(KafkaMessaging machines) {
    for (String host : HOSTS) {
      HostProfile.Builder profile =
          HostProfile.newBuilder()
              .setHost(host)
              .setIsa(IsaName.X86_64)
              .setHeartbeatMs(System.currentTimeMillis());
      new TreeMap<>(runsOn)
          .forEach((container, at) -> {
            if (at.equals(host)) {
              profile.addContainers(
                  HostContainer.newBuilder().setId(container).setName(container).setRunning(true));
            }
          });
      machines
          .publisher()
          .publish(
              Topic.HOSTS, "host/" + host, HostRecord.newBuilder().setProfile(profile).build());
    }
    for (String device : List.of("phone", "board", "box")) {
      machines
          .publisher()
          .publish(
              Topic.DEVICES,
              device,
              DeviceProfile.newBuilder()
                  .setDevice(device)
                  .setIsa(IsaName.X86_64)
                  .setHeartbeatMs(System.currentTimeMillis())
                  .build());
    }
  }

  private static void ask(KafkaMessaging machines, String host, Request request) {
    if (request.hasCheck()) {
      request
          .getCheck()
          .getItemsList()
          .forEach(item -> check(machines, host, request.getCheck(), item));
    } else if (request.hasMigration()) {
      begin(machines, request.getMigration());
    }
  }

  private static void check(
      KafkaMessaging machines, String host, CheckRequest question, CheckRequest.Item item) {
    ContainerChecked.Builder answer =
        ContainerChecked.newBuilder()
            .setMember(item.getMember())
            .setHost(host)
            .setWay("same ISA")
            .setFreezeMs(900);
    if (item.getMigration().getContainer().equals("bob-7")) {
      answer.addRefusals(
          Reason.newBuilder().setKind("own-mount").setSentence("It has a mount of its own."));
    }
    machines
        .publisher()
        .publish(
            Topic.BATCHES,
            question.getBatchId(),
            BatchRecord.newBuilder()
                .setBatchId(question.getBatchId())
                .setAtMs(System.currentTimeMillis())
                .setChecked(answer)
                .build());
  }

  private static synchronized void begin(KafkaMessaging machines, MigrationRequest request) {
    String id = request.getMigrationId();
    Optional<Event> before = Optional.ofNullable(known.get(id));
    if (before.isPresent()) {
      say(machines, before.get());
      return;
    }
    assertTrue(moved.add(request.getContainer()), request.getContainer() + " is moved twice");
    count(request.getHost(), 1);
    count(request.getDevice(), 1);
    say(machines, Event.newBuilder().setMigrationId(id).setPhase(Phase.REHEARSING).build());
    playing.schedule(() -> end(machines, request), 1500, TimeUnit.MILLISECONDS);
  }

  private static synchronized void end(KafkaMessaging machines, MigrationRequest request) {
    count(request.getHost(), -1);
    count(request.getDevice(), -1);
    runsOn.put(request.getContainer(), request.getDevice());
    say(
        machines,
        Event.newBuilder()
            .setMigrationId(request.getMigrationId())
            .setPhase(Phase.SUCCEEDED)
            .setEnded(true)
            .setRuns(Runs.ON_DEVICE)
            .setMessage("it runs there")
            .build());
  }

  private static void count(String machine, int by) {
    most.merge(machine, underWay.merge(machine, by, Integer::sum), Math::max);
  }

  private static void say(KafkaMessaging machines, Event event) {
    known.put(event.getMigrationId(), event);
    machines.publisher().publish(Topic.EVENTS, event.getMigrationId(), event);
  }

  private static Process controller() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            "io.godwit.batch.Main");
    builder.environment().put("GODWIT_KAFKA", lab.settings.kafka());
    builder.environment().put("GODWIT_TOPIC_PREFIX", lab.settings.topicPrefix());
    builder.environment().put("GODWIT_TOPIC_PARTITIONS", "2");
    builder.environment().put("GODWIT_STATE_DIR", folder.toString());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    return builder.start();
  }

  private static int succeeded() {
    return (int) runsOn.values().stream().filter(at -> !HOSTS.contains(at)).count();
  }

  @Test
  void batchIsFinishedThoughEveryControllerThatBeganItIsKilled() throws Exception {
    Path file = folder.resolve("batch.yaml");
    Files.writeString(
        file,
        """
        name: both
        from: {hosts: [ada, bob]}
        waves: [2, 100%]
        limits: {per-host: 1, per-device: 1}
        """);
    Process first = controller();
    Process second = controller();
    try {
      Command.godwit(lab.settings, 0, "cordon", "box");
      String dry =
          Command.godwit(
              lab.settings, 1, "batch", "run", file.toString(), "--dry-run", "--output", "json");
      assertTrue(dry.contains("\"It has a mount of its own.\""), dry);
      assertTrue(dry.contains("\"predictedFreezeMs\": 900"), dry);
      assertEquals(0, succeeded(), "nothing was touched");

      String asked = Command.godwit(lab.settings, 0, "batch", "run", file.toString(), "--detach");
      // Among what other tests of this JVM log.
      String id =
          Pattern.compile("^batch ([0-9a-f-]{36})", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE)
              .matcher(asked)
              .results()
              .findFirst()
              .orElseThrow(() -> new AssertionError(asked))
              .group(1);
      Awaitility.await().atMost(90, TimeUnit.SECONDS).until(() -> succeeded() >= 3);
      first.destroyForcibly().waitFor();
      first = controller();
      Awaitility.await().atMost(90, TimeUnit.SECONDS).until(() -> succeeded() >= 8);
      second.destroyForcibly().waitFor();
      Awaitility.await()
          .atMost(120, TimeUnit.SECONDS)
          .until(() ->
              Command.godwit(lab.settings, 0, "batch", "status", id, "--output", "json")
                  .contains("\"stage\": \"finished\""));

      String status = Command.godwit(lab.settings, 0, "batch", "status", id);
      assertTrue(status.contains("15 succeeded"), status);
      assertTrue(status.contains("1 refused"), status);
      assertTrue(status.contains("It has a mount of its own."), status);
      assertEquals(2 * ON_EACH - 1, succeeded());
      most.forEach((machine, many) -> assertEquals(1, many, machine));
      assertFalse(most.containsKey("box"), "nothing goes to what is cordoned");
      Command.godwit(lab.settings, 0, "uncordon", "box");
      assertTrue(Command.godwit(lab.settings, 0, "batch", "list").contains(id));
      Command.godwit(lab.settings, 2, "batch", "pause", id);
    } catch (AssertionError | Exception e) {
      throw new AssertionError(Files.readString(folder.resolve("log")), e);
    } finally {
      first.destroyForcibly();
      second.destroyForcibly();
    }
  }
}
