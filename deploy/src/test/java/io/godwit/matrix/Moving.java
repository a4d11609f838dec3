package io.godwit.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.MoveOptions;
import io.godwit.contract.Request;
import io.godwit.e2e.Docker;
import io.godwit.e2e.Shell;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;

/** A counter on its way from the host to the device, where it has another name. */
record Moving(Lab lab, Route route, String name, String id) implements AutoCloseable {
  static final Duration BUDGET = Duration.ofSeconds(60);

  /**
   * From where to where.
   *
   * @param checkpointer the name of its log
   * @param docker the Engine of both
   */
  record Route(String checkpointer, String host, String device, Docker docker) {}

  /** Starts a counter and lets it count a little. */
  static Moving started(Lab lab, String name) {
    return started(lab, name, "--network", "none", "godwit/counter");
  }

  /** Starts what prints as a counter does. */
  static Moving started(Lab lab, String name, String... words) {
    Docker docker = lab.engine().docker();
    List<String> command = new ArrayList<>(List.of("run", "--detach", "--name", name));
    command.addAll(List.of(words));
    docker.run(command.toArray(String[]::new)).orFail();
    Moving moving =
        new Moving(
            lab,
            new Route(Lab.CHECKPOINTER, Lab.HOST, Lab.DEVICE, docker),
            name,
            UUID.randomUUID().toString());
    moving.awaitBeyond(name, 1);
    return moving;
  }

  /** Asks for its move. */
  void ask(Duration budget) {
    MigrationRequest migration =
        MigrationRequest.newBuilder()
            .setMigrationId(id)
            .setHost(route.host())
            .setContainer(name)
            .setDevice(route.device())
            .setFreezeBudgetMs(budget.toMillis())
            .setOptions(MoveOptions.newBuilder().setName(there()))
            .build();
    lab.publisher()
        .publish(
            Topic.REQUESTS, route.host(), Request.newBuilder().setMigration(migration).build());
  }

  /** The operator's word, by the command. */
  void resolve(String side) {
    Shell.run(
            Duration.ofMinutes(1),
            Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "GODWIT_KAFKA",
                lab.settings().kafka()),
            List.of(
                lab.root().resolve("deploy/target/dist/bin/godwit").toString(),
                "resolve",
                id,
                "--ran-on",
                side,
                "--yes"))
        .orFail();
  }

  /** Its name on the device. */
  String there() {
    return name + "-there";
  }

  /** What the checkpointer has written down of it. */
  Optional<Migration> journaled() {
    try {
      return lab.journal(route.checkpointer()).find(id);
    } catch (IOException e) {
      throw new AssertionError("the journal cannot be read", e);
    }
  }

  /** Waits until the checkpointer is through with it. */
  State awaitEnd(Duration atMost) {
    return Awaitility.await("the end of " + id + " at " + route.checkpointer())
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(50))
        .until(this::journaled, found -> found.filter(Migration::settled).isPresent())
        .orElseThrow()
        .state();
  }

  /** Waits until it is, or has been, in a state. */
  void awaitState(State state, Duration atMost) {
    Awaitility.await(state + " of " + id + " at " + route.checkpointer())
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(20))
        .until(() ->
            journaled().stream()
                .flatMap(migration -> migration.order().history().stream())
                .anyMatch(line -> line.state() == state));
  }

  /** It goes on, on one side only, and no number was left out or printed twice on its way. */
  void assertGoesOnOnce(State end) {
    String here = end == State.SUCCEEDED ? there() : name;
    String notHere = end == State.SUCCEEDED ? name : there();
    assertTrue(
        end == State.SUCCEEDED || end == State.ROLLED_BACK || neverBegan(end),
        () -> "ended as " + end + ": " + history());
    awaitBeyond(here, numbers(here).last() + 2);
    assertTrue(!goesOn(notHere), () -> notHere + " runs beside " + here + ": " + history());
    long lastThere = numbers(notHere).last();
    assertTrue(lastThere <= numbers(here).last(), () -> "the last word is " + notHere + "'s");
    numbers(name).with(numbers(there())).assertEachOnce();
    assertNeverTwo();
    Awaitility.await("one process alone, whatever the Engine says: " + history())
        .atMost(Duration.ofSeconds(10))
        .until(() -> lab.engine().living() == 1);
    assertToldSo(end);
  }

  /** By the Engine's own account, as far as the one that runs now remembers. */
  private void assertNeverTwo() {
    Set<String> run = new HashSet<>();
    for (String event :
        docker()
            .run(
                "events",
                "--since=0",
                "--until=" + Instant.now().getEpochSecond(),
                "--filter=container=" + name,
                "--filter=container=" + there(),
                "--format={{.Action}} {{.Actor.Attributes.name}}")
            .orFail()
            .lines()
            .toList()) {
      String[] words = event.split(" ", -1);
      switch (words[0]) {
        case "start", "unpause" -> run.add(words[1]);
        case "pause", "die" -> run.remove(words[1]);
        default -> {}
      }
      assertTrue(run.size() < 2, () -> "both run: " + history());
    }
  }

  /** Who waits at the command is told the same: once, or again after a crash. */
  private void assertToldSo(State end) {
    Set<Integer> codes =
        Awaitility.await("the end of " + id + " to be told: " + history())
            .atMost(Duration.ofSeconds(10))
            .pollInterval(Duration.ofMillis(200))
            .until(() -> Set.copyOf(lab.told().exitCodes(id)), told -> !told.isEmpty());
    assertEquals(Set.of(end == State.SUCCEEDED ? 0 : 1), codes, this::history);
  }

  /** Failed or Aborted before anything was touched. */
  private boolean neverBegan(State end) {
    return (end == State.FAILED || end == State.ABORTED)
        && journaled().orElseThrow().order().history().stream()
            .noneMatch(line -> line.state() == State.FROZEN);
  }

  Numbers numbers(String container) {
    Shell.Result log = docker().run("logs", "--timestamps", container);
    return Numbers.of(log.exit() == 0 ? log.out().lines().toList() : List.of());
  }

  /** Runs, and does not stand still. */
  boolean goesOn(String container) {
    Shell.Result state =
        docker().run("inspect", "--format", "{{.State.Running}} {{.State.Paused}}", container);
    return state.exit() == 0 && state.out().strip().equals("true false");
  }

  void awaitBeyond(String container, long number) {
    Awaitility.await(container + " to count beyond " + number + ": " + history())
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> numbers(container).last() > number);
  }

  /** Everything that was written down of it, for messages. */
  String history() {
    List<String> lines = new ArrayList<>();
    journaled()
        .ifPresent(migration ->
            migration
                .order()
                .history()
                .forEach(line ->
                    lines.add("%s %s %s".formatted(line.at(), line.state(), line.message()))));
    return "migration " + id + "\n" + String.join("\n", lines);
  }

  private Docker docker() {
    return route.docker();
  }

  /** What goes on still, because a test has failed, comes to its end before it is removed. */
  @Override
  public void close() {
    if (journaled().filter(migration -> !migration.settled()).isPresent()) {
      lab.heal();
      awaitEnd(Duration.ofMinutes(2));
    }
    docker().remove(name);
    docker().remove(there());
  }
}
