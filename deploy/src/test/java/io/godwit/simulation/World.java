package io.godwit.simulation;

import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.Received;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Everything that the services share, and what goes wrong in it. */
final class World implements AutoCloseable {
  private static final long EPOCH_MS = Instant.parse("2026-06-01T12:00:00Z").toEpochMilli();
  private static final Duration STARTED_AGAIN = Duration.ofSeconds(5);

  private static final AtomicLong COUNT = new AtomicLong();
  private static final Pattern LONG_ID = Pattern.compile("([0-9a-f]{8})0{48,55}([0-9a-f]+)");

  private final Plan plan;
  private final Random random;
  private final Scheduler scheduler;
  private final Broker broker;
  private final Store store;
  private final long number = COUNT.incrementAndGet();
  private final boolean tells;
  private final List<String> history = new ArrayList<>();
  private final Map<String, Machine> machines = new LinkedHashMap<>();
  private final Map<Machine.Service, Scheduler.Actor> actors = new LinkedHashMap<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Population population = new Population(this);
  private final Map<String, Integer> counts = new HashMap<>();
  private final Troubles troubles;
  private final Migrations migrations;
  private final Oracle oracle;
  private boolean calm;
  private Optional<String> accusation = Optional.empty();

  /**
   * @param tells whether its history is kept
   */
  World(Plan plan, boolean tells) {
    this.plan = plan;
    this.tells = tells;
    this.random = new Random(plan.seed() * 31 + 7);
    this.scheduler = new Scheduler(random);
    this.broker = new Broker(this);
    this.store = new Store(this);
    this.troubles = new Troubles(this, random);
    this.migrations = new Migrations(this);
    this.oracle = new Oracle(this);
  }

  Scheduler scheduler() {
    return scheduler;
  }

  Broker broker() {
    return broker;
  }

  Store store() {
    return store;
  }

  Plan plan() {
    return plan;
  }

  Migrations migrations() {
    return migrations;
  }

  /** Something was seen that must not be, by somebody who cannot say so. */
  void accuse(String what) {
    accusation = Optional.of(what);
  }

  Optional<String> accusation() {
    return accusation;
  }

  Oracle oracle() {
    return oracle;
  }

  Population population() {
    return population;
  }

  List<String> history() {
    return history;
  }

  Machine machine(String name) {
    return Optional.ofNullable(machines.get(name)).orElseThrow();
  }

  List<Machine> machines() {
    return List.copyOf(machines.values());
  }

  Machine addMachine(String name, boolean liveRestore) throws IOException {
    Machine machine = new Machine(this, name, liveRestore);
    machines.put(name, machine);
    return machine;
  }

  /** A name that no other world's disk has. */
  String unique(String name) {
    return "world%d-%s".formatted(number, name);
  }

  long nowMs() {
    return scheduler.nowMs();
  }

  /** The true time. */
  long epochMs() {
    return EPOCH_MS + scheduler.nowMs();
  }

  /** 0 to less than the bound. */
  long draw(long bound) {
    return random.nextInt((int) bound);
  }

  void say(String what) {
    if (tells) {
      String who = scheduler.isTurn() ? scheduler.current().name() + ": " : "";
      String readable =
          LONG_ID.matcher(what).replaceAll("$1-$2").replace("/world" + number + "-", "/");
      history.add("%9.3f s  %s%s".formatted(scheduler.nowMs() / 1000.0, who, readable));
    }
  }

  /** A migration's id as people can read it. */
  String label(String migration) {
    return migration.substring(6, 8);
  }

  /** The same from now on without trouble. */
  void calm() {
    calm = true;
  }

  boolean isCalm() {
    return calm;
  }

  /** Something that others see comes or has come: others may have their turn, or it is the end. */
  void step(String what) {
    Scheduler.Actor actor = scheduler.current();
    if (tells) {
      say(what);
    }
    strike(actor.name());
    strike(Fault.WORLD);
    if (!actor.isAlive()) {
      scheduler.end();
    }
    if (actor.isAwake()) {
      scheduler.yield();
    } else {
      Thread.yield();
    }
  }

  /** Something is about to be on a disk for good. */
  void forced() {
    if (scheduler.isTurn()) {
      Scheduler.Actor actor = scheduler.current();
      strike(actor.name());
      strike(Fault.WORLD);
      if (!actor.isAlive()) {
        scheduler.end();
      }
    }
  }

  /**
   * Counts, and has happen what is planned for this count; answers with what the caller has to do.
   */
  Optional<Fault> strike(String scope) {
    int count = counts.merge(scope, 1, Integer::sum);
    Optional<Fault> fault = calm ? Optional.empty() : plan.find(scope, count);
    fault.ifPresent(f -> {
      say("*** " + f);
      troubles.happen(f);
    });
    return fault;
  }

  int count(String scope) {
    return counts.getOrDefault(scope, 0);
  }

  Map<String, Integer> counts() {
    return counts;
  }

  void pass(long ms) {
    scheduler.pass(ms);
  }

  void pass(long least, long most) {
    scheduler.pass(least + draw(most - least + 1));
  }

  Sleeper sleeper() {
    return scheduler::sleep;
  }

  /** Threads and bells of the world. */
  Threads threads() {
    return new WorldThreads(scheduler);
  }

  Group group(Topic topic, String name, Predicate<String> mine) {
    return groups.computeIfAbsent(topic + " " + name, _ -> new Group(this, topic, name, mine));
  }

  List<Group> groups() {
    return List.copyOf(groups.values());
  }

  /** A device says that it is there. */
  void announce(DeviceProfile profile) {
    Received record =
        new Received(
            profile.getDevice(), profile.toByteArray(), Instant.ofEpochMilli(epochMs()), Map.of());
    devices().forEach(device -> device.hear(record));
  }

  /** Whether one device has this name. */
  boolean isAloneUnder(String name) {
    return devices().filter(device -> device.device().equals(name)).count() == 1;
  }

  Stream<DeviceService> devices() {
    return machines.values().stream()
        .flatMap(machine -> machine.services().stream())
        .filter(DeviceService.class::isInstance)
        .map(DeviceService.class::cast);
  }

  /** Starts a service on a machine; when it fails, or was killed, it is started again. */
  void start(Machine machine, Machine.Service service) {
    Scheduler.Actor actor = scheduler.actor(service.name());
    actors.put(service, actor);
    actor.start(
        "main",
        () -> {
          say("starts");
          try {
            service.main(actor);
          } catch (Throwable e) {
            if (actor.isAlive()) {
              say("ends: " + e);
              actor.kill();
              scheduler.after(STARTED_AGAIN.toMillis(), () -> startAgain(machine, service, actor));
            }
          }
        });
  }

  private void startAgain(Machine machine, Machine.Service service, Scheduler.Actor ended) {
    if (machine.isOn() && ended.equals(actors.get(service))) {
      start(machine, service);
    }
  }

  Scheduler.Actor actor(Machine.Service service) {
    return Optional.ofNullable(actors.get(service)).orElseThrow();
  }

  /** Whether everything is on and at work. */
  boolean allAwake() {
    return !broker.isAway()
        && machines.values().stream().allMatch(m -> m.isOn() && !m.engineIsAway())
        && actors.values().stream().allMatch(Scheduler.Actor::isAwake);
  }

  void kill(Machine.Service service) {
    actor(service).kill();
  }

  /** Kills a service and starts it again later. */
  void kill(Machine machine, Machine.Service service, long ms) {
    Scheduler.Actor actor = actor(service);
    actor.kill();
    scheduler.after(ms, () -> startAgain(machine, service, actor));
  }

  @Override
  public void close() {
    scheduler.close();
    machines.values().forEach(Machine::close);
    actors.values().forEach(Scheduler.Actor::kill);
  }
}
