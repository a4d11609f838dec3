package io.godwit.batch.lead;

import io.godwit.batch.spec.Gate;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import io.godwit.contract.BatchAbort;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.BatchResume;
import io.godwit.contract.BatchRetry;
import io.godwit.contract.CheckRequest;
import io.godwit.contract.ContainerChecked;
import io.godwit.contract.Cordon;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Event;
import io.godwit.contract.HostContainer;
import io.godwit.contract.HostProfile;
import io.godwit.contract.HostRecord;
import io.godwit.contract.IsaName;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Phase;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Reason;
import io.godwit.contract.Request;
import io.godwit.contract.Runs;
import io.godwit.messaging.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A played fleet: one log, hosts and devices that do what they are told to, and controllers that
 * are killed, or only sleep, wherever the seed says. Time is played in quarters of a second.
 */
final class World {
  static final Duration STEP = Duration.ofMillis(250);

  /** What a container does when it is moved. */
  enum Does {
    MOVES,
    /** Its host refuses it as soon as it looks, at the check or later. */
    CANNOT_MOVE,
    /** The check finds nothing, the rehearsal does. */
    IS_REFUSED,
    FAILS,
    FAILS_ONCE,
    /** It never comes to an end by itself; an Abort ends it. */
    HANGS,
    /** A device claims it, and nobody says more. */
    IS_LOST
  }

  private record Due(Instant at, long order, Runnable work) {}

  /** One migration as its host knows it. */
  private static final class Moving {
    private final MigrationRequest request;
    private Event last = Event.getDefaultInstance();
    private boolean active;
    private boolean claimed;

    private Moving(MigrationRequest request) {
      this.request = request;
    }
  }

  final Random random;
  Instant now = Instant.parse("2026-11-27T00:00:00Z");
  final List<BatchRecord> log = new ArrayList<>();
  final List<Controller> controllers = new ArrayList<>();
  final Map<String, Does> does = new HashMap<>();
  final Map<String, String> runsOn = new HashMap<>();
  private final Map<String, String> movedBy = new HashMap<>();
  final Set<String> silentHosts = new HashSet<>();
  final Map<String, Integer> underWayFrom = new HashMap<>();
  final Map<String, Integer> underWayTo = new HashMap<>();
  final Map<String, Integer> mostFrom = new TreeMap<>();
  final Map<String, Integer> mostTo = new TreeMap<>();
  final List<String> startedFrom = new ArrayList<>();
  int mostAtOnce;
  private final Map<String, Moving> moving = new HashMap<>();
  private final Map<String, String> decided = new HashMap<>();
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::order));
  private final Map<String, List<HostContainer>> containers = new TreeMap<>();
  private final Map<String, DeviceProfile> devices = new TreeMap<>();
  private final Map<String, Cordon> cordons = new HashMap<>();
  private long order;
  Optional<Gate.Answer> prometheus = Optional.empty();
  int queries;

  /**
   * How likely a word is lost on its way, a request comes late, and a controller dies of an act.
   */
  double lostEvents;

  double lateRequests;
  double deaths;

  World(long seed) {
    random = new Random(seed);
  }

  /** One run of the controller. */
  final class Controller implements Out {
    final String name;
    final Fleet fleet = new Fleet();
    final Leader leader;
    private int read;
    boolean dead;
    boolean asleep;

    Controller(String name) {
      this.name = name;
      this.leader = new Leader(name, fleet, this);
    }

    @Override
    public void append(BatchRecord word) {
      dieSometimes();
      log.add(word);
      dieSometimes();
    }

    @Override
    public void request(String host, Request request) {
      dieSometimes();
      Duration late =
          random.nextDouble() < lateRequests
              ? Duration.ofSeconds(random.nextInt(400))
              : Duration.ofMillis(20);
      later(late, () -> World.this.ask(host, request));
      dieSometimes();
    }

    @Override
    public Verdict abort(String migrationId, String reason) {
      decided.putIfAbsent(migrationId, "abort");
      dieSometimes();
      return decided.get(migrationId).equals("abort")
          ? new Verdict.Aborted("operator", reason)
          : new Verdict.Claimed(decided.get(migrationId), "i", "r");
    }

    @Override
    public Optional<Gate.Answer> ask(String batchId, int wave, String query) {
      queries++;
      return prometheus;
    }

    private void dieSometimes() {
      if (random.nextDouble() < deaths) {
        throw new Death();
      }
    }

    void turn() {
      try {
        while (read < log.size()) {
          leader.read(log.get(read++), now);
        }
        if (!leader.isOverruled()) {
          leader.act(now);
        }
      } catch (Death e) {
        dead = true;
      }
    }
  }

  private static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  void host(String name, int many) {
    List<HostContainer> here = containers.computeIfAbsent(name, _ -> new ArrayList<>());
    for (int number = 0; number < many; number++) {
      String id = "%s-%d".formatted(name, here.size());
      here.add(
          HostContainer.newBuilder()
              .setId(id)
              .setName(id)
              .setImage("redis:7")
              .putLabels("app", "shop")
              .setRunning(true)
              .setMemoryBytes(64 << 20)
              .build());
      runsOn.put(id, name);
    }
    tell();
  }

  void device(String name, Map<String, String> labels) {
    devices.put(
        name,
        DeviceProfile.newBuilder()
            .setDevice(name)
            .setIsa(IsaName.X86_64)
            .setAvailableMemoryBytes(8L << 30)
            .putAllLabels(labels)
            .build());
    tell();
  }

  void cordon(String machine, boolean on) {
    cordons.put(machine, Cordon.newBuilder().setMachine(machine).setOn(on).setBy("ada").build());
    tell();
  }

  /** Everybody says how things are. */
  void tell() {
    controllers.stream().filter(one -> !one.dead).forEach(one -> tell(one.fleet));
  }

  void tell(Fleet fleet) {
    containers.forEach((host, here) -> {
      if (!silentHosts.contains(host)) {
        fleet.hear(
            HostRecord.newBuilder()
                .setProfile(
                    HostProfile.newBuilder()
                        .setHost(host)
                        .setIsa(IsaName.X86_64)
                        .setHeartbeatMs(now.toEpochMilli())
                        .addAllContainers(
                            here.stream()
                                .filter(one -> host.equals(runsOn.get(one.getId())))
                                .toList()))
                .build());
      }
    });
    devices
        .values()
        .forEach(one -> fleet.hear(one.toBuilder().setHeartbeatMs(now.toEpochMilli()).build()));
    cordons.values().forEach(one -> fleet.hear(HostRecord.newBuilder().setCordon(one).build()));
  }

  Controller controller() {
    Controller controller = new Controller("controller-" + controllers.size());
    controllers.add(controller);
    tell(controller.fleet);
    controller.turn();
    return controller;
  }

  /** Kafka's group has given the topic to somebody. */
  Controller elect() {
    Controller next = controller();
    try {
      next.leader.claim(now);
      next.turn();
    } catch (Death e) {
      next.dead = true;
    }
    return next;
  }

  Optional<Controller> leading() {
    return controllers.stream()
        .filter(one -> !one.dead && !one.asleep && one.leader.leads())
        .findFirst();
  }

  private void later(Duration after, Runnable work) {
    due.add(new Due(now.plus(after), order++, work));
  }

  /** Plays on; controllers that are gone are followed by others after a while. */
  void play(Duration time) {
    Instant until = now.plus(time);
    while (now.isBefore(until)) {
      now = now.plus(STEP);
      while (!due.isEmpty() && !due.peek().at().isAfter(now)) {
        due.remove().work().run();
      }
      if (now.toEpochMilli() % 5000 == 0) {
        tell();
      }
      for (Controller one : List.copyOf(controllers)) {
        if (!one.dead && !one.asleep) {
          one.turn();
        }
      }
      controllers.removeIf(one -> one.dead);
      if (leading().isEmpty() && random.nextInt(40) == 0) {
        elect();
      }
    }
  }

  String ask(BatchRequest.Builder request) {
    String id = new UUID(random.nextLong(), random.nextLong()).toString();
    say(id, BatchRecord.newBuilder().setRequest(request.setBatchId(id)));
    return id;
  }

  void say(String batch, BatchRecord.Builder word) {
    log.add(word.setBatchId(batch).setAtMs(now.toEpochMilli()).setBy("ada").build());
  }

  void resume(String batch) {
    say(batch, BatchRecord.newBuilder().setResume(BatchResume.getDefaultInstance()));
  }

  void retry(String batch) {
    say(batch, BatchRecord.newBuilder().setRetry(BatchRetry.getDefaultInstance()));
  }

  void abort(String batch) {
    say(batch, BatchRecord.newBuilder().setAbort(BatchAbort.getDefaultInstance()));
  }

  Batch batch(String id) {
    Controller reader = controller();
    controllers.remove(reader);
    return reader.leader.ledger().find(id).orElseThrow();
  }

  int underWay() {
    return underWayFrom.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void ask(String host, Request request) {
    if (silentHosts.contains(host)) {
      later(Duration.ofMinutes(10), () -> ask(host, request));
      return;
    }
    switch (request.getKindCase()) {
      case MIGRATION -> begin(request.getMigration());
      case ABORT ->
          Optional.ofNullable(moving.get(request.getAbort().getMigrationId()))
              .filter(one -> one.active && !one.claimed)
              .ifPresent(one -> later(Duration.ofSeconds(1), () -> aborted(one)));
      case CHECK -> check(request.getCheck());
      case BATCH, KIND_NOT_SET -> throw new AssertionError("nobody asks a host for that");
    }
  }

  private void check(CheckRequest question) {
    for (CheckRequest.Item item : question.getItemsList()) {
      String container = item.getMigration().getContainer();
      ContainerChecked.Builder answer =
          ContainerChecked.newBuilder()
              .setMember(item.getMember())
              .setHost(item.getMigration().getHost())
              .setDevice(item.getMigration().getDevice())
              .setWay("same ISA")
              .setFreezeMs(700)
              .setBytes(100 << 20)
              .setMemoryBytes(64 << 20);
      if (what(container) == Does.CANNOT_MOVE) {
        answer.addRefusals(
            Reason.newBuilder().setKind("tcp-address").setSentence("It cannot move."));
        answer.addRefusals(Reason.newBuilder().setKind("twin").setSentence("For two reasons."));
      }
      log.add(
          BatchRecord.newBuilder()
              .setBatchId(question.getBatchId())
              .setAtMs(now.toEpochMilli())
              .setChecked(answer)
              .build());
    }
  }

  private Does what(String container) {
    return does.getOrDefault(container, Does.MOVES);
  }

  private void begin(MigrationRequest request) {
    String id = request.getMigrationId();
    Optional<Moving> known = Optional.ofNullable(moving.get(id));
    if (known.isPresent()) {
      // It says again where it stands.
      emit(known.get(), known.get().last);
      return;
    }
    Moving one = new Moving(request);
    moving.put(id, one);
    if (now.isAfter(Instant.ofEpochMilli(request.getNotAfterMs()))) {
      end(one, Phase.FAILED, Runs.ON_HOST);
      return;
    }
    if ("abort".equals(decided.get(id))) {
      end(one, Phase.ABORTED, Runs.ON_HOST);
      return;
    }
    if (!request.getHost().equals(runsOn.get(request.getContainer()))) {
      if (request.getBatchId().equals(movedBy.get(request.getContainer()))) {
        throw new AssertionError(request + " was moved by this batch before");
      }
      one.last =
          event(one, Phase.FAILED)
              .setEnded(true)
              .setRuns(Runs.ON_HOST)
              .addRefusals(
                  Reason.newBuilder()
                      .setKind("container-not-running")
                      .setSentence("It does not run here."))
              .build();
      emit(one, one.last);
      return;
    }
    one.active = true;
    startedFrom.add(request.getHost());
    count(underWayFrom, mostFrom, request.getHost());
    count(underWayTo, mostTo, request.getDevice());
    mostAtOnce = Math.max(mostAtOnce, underWay());
    emit(one, event(one, Phase.PREFLIGHT).build());
    later(Duration.ofMillis(1500 + random.nextInt(1000)), () -> rehearse(one));
    later(Duration.ofSeconds(15), () -> obey(one));
  }

  /** A host looks into the log now and then, also where nobody wakes it. */
  private void obey(Moving one) {
    if (one.active && "abort".equals(decided.get(one.request.getMigrationId()))) {
      aborted(one);
    } else if (one.active) {
      later(Duration.ofSeconds(15), () -> obey(one));
    }
  }

  private static void count(Map<String, Integer> now, Map<String, Integer> most, String machine) {
    most.merge(machine, now.merge(machine, 1, Integer::sum), Math::max);
  }

  private void rehearse(Moving one) {
    if (!one.active) {
      return;
    }
    emit(one, event(one, Phase.REHEARSING).build());
    switch (what(one.request.getContainer())) {
      case CANNOT_MOVE, IS_REFUSED -> {
        emit(
            one,
            event(one, Phase.FAILED)
                .addRefusals(Reason.newBuilder().setKind("port").setSentence("The port is taken."))
                .build());
        later(Duration.ofSeconds(1), () -> end(one, Phase.FAILED, Runs.ON_HOST));
      }
      case HANGS -> {}
      case MOVES, FAILS, FAILS_ONCE, IS_LOST ->
          later(Duration.ofMillis(4000 + random.nextInt(8000)), () -> claim(one));
    }
  }

  private void claim(Moving one) {
    if (!one.active) {
      return;
    }
    decided.putIfAbsent(one.request.getMigrationId(), one.request.getDevice());
    if (decided.get(one.request.getMigrationId()).equals("abort")) {
      end(one, Phase.ABORTED, Runs.ON_HOST);
      return;
    }
    one.claimed = true;
    Does does = what(one.request.getContainer());
    if (does == Does.IS_LOST) {
      // The host waits for a device that is gone: nothing of it is being moved any more.
      free(one);
      emit(one, event(one, Phase.IN_DOUBT).build());
      return;
    }
    boolean fails = does == Does.FAILS || does == Does.FAILS_ONCE;
    if (does == Does.FAILS_ONCE) {
      this.does.put(one.request.getContainer(), Does.MOVES);
    }
    later(
        Duration.ofMillis(500 + random.nextInt(1000)),
        () ->
            end(
                one,
                fails ? Phase.ROLLED_BACK : Phase.SUCCEEDED,
                fails ? Runs.ON_HOST : Runs.ON_DEVICE));
  }

  /** The device came back, and says that it runs there. */
  void resolved(String container) {
    moving.values().stream()
        .filter(one -> one.request.getContainer().equals(container) && one.claimed)
        .forEach(one -> end(one, Phase.SUCCEEDED, Runs.ON_DEVICE));
  }

  private void aborted(Moving one) {
    if (one.active && !one.claimed) {
      end(one, Phase.ABORTED, Runs.ON_HOST);
    }
  }

  private void free(Moving one) {
    if (one.active) {
      one.active = false;
      underWayFrom.merge(one.request.getHost(), -1, Integer::sum);
      underWayTo.merge(one.request.getDevice(), -1, Integer::sum);
    }
  }

  private void end(Moving one, Phase phase, Runs runs) {
    free(one);
    if (runs == Runs.ON_DEVICE) {
      runsOn.put(one.request.getContainer(), one.request.getDevice());
      movedBy.put(one.request.getContainer(), one.request.getBatchId());
    }
    emit(
        one,
        event(one, phase)
            .setEnded(true)
            .setRuns(runs)
            .setMessage("it is over")
            .setForecastMs(800)
            .addPhases(PhaseTime.newBuilder().setPhase("dump").setFrozen(true).setDurationMs(900))
            .addPhases(PhaseTime.newBuilder().setPhase("ahead").setDurationMs(5000).setBytes(7))
            .build());
  }

  private static Event.Builder event(Moving one, Phase phase) {
    return Event.newBuilder().setMigrationId(one.request.getMigrationId()).setPhase(phase);
  }

  private void emit(Moving one, Event event) {
    one.last = event;
    if (random.nextDouble() >= lostEvents) {
      controllers.stream().filter(it -> !it.dead).forEach(it -> it.leader.hear(event, now));
    }
  }

  /** What became of each, by outcome. */
  static Map<String, Integer> outcomes(Batch batch) {
    Map<String, Integer> outcomes = new TreeMap<>();
    for (Member member : batch.roster().members()) {
      outcomes.merge(
          switch (member.now()) {
            case Now.Done done -> done.outcome().word();
            case Now.Waiting _ -> "waiting";
            case Now.Flying _ -> "flying";
            case Now.LeftOut _ -> "left-out";
          },
          1,
          Integer::sum);
    }
    return outcomes;
  }
}
