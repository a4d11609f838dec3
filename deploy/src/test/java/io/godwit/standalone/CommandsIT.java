package io.godwit.standalone;

import static io.godwit.standalone.Lab.ALL;
import static io.godwit.standalone.Lab.QUICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.Failed;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Phase;
import io.godwit.contract.Request;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.contract.Runs;
import io.godwit.contract.Succeeded;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.Group;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The godwit command against a real broker; the services are played. */
class CommandsIT {
  private static final String ID = "3f0e1c9a-0000-4000-8000-000000000001";
  private static final Attempt ATTEMPT =
      Attempt.newBuilder()
          .setEpoch(1)
          .setCheckpointSha256("c0ffee")
          .setDeviceInstance("pi-1")
          .build();
  private static final Decision CLAIM =
      decision()
          .setClaim(Claim.newBuilder().setDevice("pi").setInstance("pi-1").setAttempt(ATTEMPT))
          .build();
  private static final Decision SUCCEEDED =
      decision()
          .setSucceeded(
              Succeeded.newBuilder().setDevice("pi").setInstance("pi-1").setAttempt(ATTEMPT))
          .build();
  private static final Decision FAILED =
      decision()
          .setFailed(
              Failed.newBuilder()
                  .setDevice("pi")
                  .setReason("no room")
                  .setInstance("pi-1")
                  .setAttempt(ATTEMPT))
          .build();

  @TempDir private static Path folder;
  private static EmbeddedKafka kafka;
  private final Clock clock = Clock.systemUTC();
  private Lab lab;
  private KafkaMessaging service;
  private DecisionLog log;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = EmbeddedKafka.start(folder, 0, Optional.empty());
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @BeforeEach
  void makeTopics() {
    lab = Lab.on(kafka);
    service = lab.service("checkpointer", QUICK);
    log = lab.keep(service.decisionLog());
  }

  @AfterEach
  void leaveTopics() throws Exception {
    lab.close();
  }

  private static Decision.Builder decision() {
    return Decision.newBuilder().setMigrationId(ID);
  }

  private Event.Builder event(Phase phase, String message) {
    return Event.newBuilder()
        .setMigrationId(ID)
        .setService("checkpointer")
        .setHost("ada")
        .setDevice("pi")
        .setContainer("counter")
        .setAtMs(clock.millis())
        .setPhase(phase)
        .setMessage(message);
  }

  private void say(Event.Builder event) {
    service.publisher().publish(Topic.EVENTS, event.getMigrationId(), event.build());
  }

  private String godwit(int expected, String... words) {
    return Command.godwit(lab.settings, expected, words);
  }

  /** A checkpointer that writes the operator's Abort, whatever else stands in the log. */
  private void checkpointerAborts() {
    lab.keep(
        service.subscribe(
            Topic.REQUESTS,
            Group.of("checkpointer", "ada"),
            ALL,
            Wire.handler(
                Request.getDefaultInstance(),
                (key, request) ->
                    log.append(
                        Decision.newBuilder()
                            .setMigrationId(request.getAbort().getMigrationId())
                            .setAbort(
                                Abort.newBuilder()
                                    .setBy("operator")
                                    .setReason(request.getAbort().getReason()))
                            .build()))));
  }

  @Test
  void abortThatComesInTimeSaysSo() {
    checkpointerAborts();
    String said = godwit(0, "abort", ID, "--from", "ada", "--reason", "enough");
    assertTrue(said.startsWith("In time: aborted by the operator (enough)"), said);
  }

  @Test
  void abortAfterAClaimIsTooLate() {
    log.append(CLAIM);
    checkpointerAborts();
    String said = godwit(1, "abort", ID, "--from", "ada");
    assertTrue(said.startsWith("Too late: claimed by pi (instance pi-1)"), said);
  }

  @Test
  void abortThatNobodyAnswersSaysSo() {
    String said = godwit(3, "abort", ID, "--from", "ada", "--wait", "1s");
    assertTrue(said.startsWith("Nobody has answered within 1 s."), said);
    assertEquals(1, lab.all(Topic.REQUESTS).size());
  }

  @Test
  void abortOfWhatIsOverAsksForNothing() {
    say(event(Phase.ROLLED_BACK, "it runs on ada again").setEnded(true));
    assertTrue(godwit(0, "abort", ID).contains("at an end already: it runs on ada again"));
    say(event(Phase.SUCCEEDED, "it runs on pi").setEnded(true));
    godwit(1, "abort", ID);
    assertEquals(List.of(), lab.all(Topic.REQUESTS));
  }

  @Test
  void operatorsWordIsWrittenOnceBothSidesWereShown() {
    log.append(CLAIM);
    say(event(Phase.IN_DOUBT, "pi does not say how it ended"));
    service
        .publisher()
        .publish(
            Topic.DEVICES,
            "pi",
            DeviceProfile.newBuilder()
                .setDevice("pi")
                .setInstance("pi-1")
                .setHeartbeatMs(clock.millis() - 3_600_000)
                .build());
    String asked = godwit(2, "resolve", ID, "--ran-on", "host");
    for (String part :
        List.of(
            "The log: claimed by pi (instance pi-1), which has not said how it ended.",
            "Its attempt: number 1, for the instance pi-1.",
            "s ago: pi does not say how it ended",
            "The device pi: heard of 60 min ago, instance pi-1",
            "say --yes",
            "Nothing was written.")) {
      assertTrue(asked.contains(part), part + " is missing in: " + asked);
    }
    assertEquals(1, log.read(ID).size());

    String written = godwit(0, "resolve", ID, "--ran-on", "host", "--reason", "burnt", "--yes");
    assertTrue(written.contains("Written. The host lets its container go on"), written);
    assertEquals(RanOn.HOST, log.read(ID).getLast().getResolved().getRanOn());
    assertEquals("burnt", log.read(ID).getLast().getResolved().getReason());

    String again = godwit(2, "resolve", ID, "--ran-on", "device", "--yes");
    assertTrue(again.contains("has said that it runs on the host (burnt)"), again);
    assertEquals(2, log.read(ID).size());
  }

  @Test
  void operatorsWordIsRefusedWhereTheLogHasAnOutcome() {
    log.append(CLAIM);
    log.append(FAILED);
    say(event(Phase.IN_DOUBT, "?"));
    String refused = godwit(2, "resolve", ID, "--ran-on", "device", "--yes");
    assertTrue(refused.contains("pi has claimed it and could not start it: no room"), refused);
    log.append(SUCCEEDED);
    assertEquals(3, log.read(ID).size());
    godwit(2, "resolve", "nobody's", "--ran-on", "host", "--yes");
    godwit(2, "resolve", ID, "--ran-on", "moon", "--yes");
  }

  @Test
  void sourceThatIsDownCanBeTakenOverThoughTheLogHasAnOutcome() {
    log.append(CLAIM);
    log.append(FAILED);
    say(event(Phase.SOURCE_DOWN, "THE SOURCE DOES NOT RUN"));
    godwit(2, "resolve", ID, "--ran-on", "device", "--yes");
    String written = godwit(0, "resolve", ID, "--ran-on", "host", "--yes");
    assertTrue(written.contains("leaves it to you"), written);
    assertEquals(RanOn.HOST, log.read(ID).getLast().getResolved().getRanOn());
    say(event(Phase.SOURCE_DOWN, "taken over").setEnded(true));
    godwit(2, "resolve", ID, "--ran-on", "host", "--yes");
  }

  @Test
  void wordOnALogThatHasForgottenTheClaimIsWrittenWithAWarning() {
    say(event(Phase.IN_DOUBT, "the log has forgotten"));
    String written = godwit(0, "resolve", ID, "--ran-on", "device", "--yes");
    assertTrue(written.contains("There is no claim in the log"), written);
  }

  @Test
  void statusTellsTheFreezeTheLogAndWhatToDoInDoubt() {
    lab.write(
        Topic.REQUESTS,
        "ada",
        Request.newBuilder()
            .setMigration(
                MigrationRequest.newBuilder().setMigrationId(ID).setFreezeBudgetMs(90_000))
            .build());
    say(event(Phase.PREFLIGHT, "looking"));
    assertTrue(godwit(0, "status", ID).contains("The container may stand still for 90 s."));
    say(
        event(Phase.CHECKPOINTED, "published")
            .setFreezeBudgetMs(120_000)
            .setFrozenAtMs(clock.millis() - 20_000));
    log.append(CLAIM);
    String frozen = godwit(0, "status", ID.substring(0, 8));
    assertTrue(frozen.contains("The container stands still for 2"), frozen);
    assertTrue(frozen.contains("of the 2 min that it may."), frozen);
    assertTrue(frozen.contains("The log: claimed by pi"), frozen);
    assertFalse(frozen.contains("godwit resolve"), frozen);
    say(event(Phase.IN_DOUBT, "pi is silent"));
    assertTrue(
        godwit(0, "status", ID).contains("godwit resolve %s --ran-on host|device".formatted(ID)));
  }

  @Test
  void migrationWhoseEventsWereDroppedIsListedByTheLog() {
    log.append(CLAIM);
    log.append(SUCCEEDED);
    String listed = godwit(0, "status");
    assertTrue(listed.contains(ID) && listed.contains("it runs on pi"), listed);
  }

  @Test
  void deviceThatWasNotHeardOfForThreeHeartbeatsIsNotFit() {
    for (String device : List.of("near", "far")) {
      service
          .publisher()
          .publish(
              Topic.DEVICES,
              device,
              DeviceProfile.newBuilder()
                  .setDevice(device)
                  .setHeartbeatMs(clock.millis() - (device.equals("far") ? 20_000 : 10))
                  .build());
    }
    List<String> rows = godwit(0, "devices").lines().toList();
    assertTrue(rows.get(1).startsWith("far"), rows.toString());
    assertTrue(rows.get(1).contains("no: it was not heard of for 20 s"), rows.get(1));
    assertTrue(rows.get(2).endsWith("yes"), rows.get(2));
  }

  /** A checkpointer that ends every migration with this event. */
  private void checkpointerEnds(BiFunction<MigrationRequest, Event.Builder, Event.Builder> how) {
    lab.keep(
        service.subscribe(
            Topic.REQUESTS,
            Group.of("checkpointer", "ada"),
            ALL,
            Wire.handler(
                Request.getDefaultInstance(),
                (key, request) -> {
                  MigrationRequest migration = request.getMigration();
                  Event.Builder event =
                      event(Phase.FAILED, "as played")
                          .setMigrationId(migration.getMigrationId())
                          .setEnded(true);
                  say(how.apply(migration, event));
                })));
  }

  @Test
  void migrateEndsWithWhereTheContainerRuns() {
    checkpointerEnds((request, event) ->
        switch (request.getContainer()) {
          case "moved" -> event.setPhase(Phase.SUCCEEDED);
          case "lost" -> event.setRuns(Runs.NOWHERE);
          case "kept" -> event.setRuns(Runs.ON_HOST);
          default -> event;
        });
    godwit(0, "migrate", "moved", "--from", "ada", "--to", "pi");
    godwit(1, "migrate", "kept", "--from", "ada", "--to", "pi");
    godwit(1, "migrate", "refused", "--from", "ada", "--to", "pi");
    String lost = godwit(5, "migrate", "lost", "--from", "ada", "--to", "pi");
    assertTrue(lost.contains("lost does not run anywhere, as far as is known: as played"), lost);
  }

  @Test
  void migrateSaysHowLongItMayStandStillAndUntilWhenItMayBegin() throws Exception {
    checkpointerEnds((_, event) -> event);
    long before = clock.millis();
    godwit(
        1,
        "migrate",
        "c",
        "--from",
        "ada",
        "--to",
        "pi",
        "--freeze-budget",
        "2m",
        "--deadline",
        "300");
    godwit(1, "migrate", "d", "--from", "ada", "--to", "pi", "--not-after", "10s");
    MigrationRequest first = Request.parseFrom(lab.all(Topic.REQUESTS).get(0)).getMigration();
    assertEquals(120_000, first.getFreezeBudgetMs());
    assertEquals(300_000, first.getDeadlineMs());
    assertTrue(first.getNotAfterMs() >= before + 300_000, first.toString());
    MigrationRequest second = Request.parseFrom(lab.all(Topic.REQUESTS).get(1)).getMigration();
    assertEquals(60_000, second.getFreezeBudgetMs());
    assertTrue(second.getNotAfterMs() <= clock.millis() + 10_000, second.toString());
    godwit(2, "migrate", "e", "--to", "pi", "--freeze-budget", "soon");
    godwit(2, "migrate", "e", "--to", "pi", "--freeze-budget", "0s");
  }
}
