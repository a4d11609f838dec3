package io.godwit.simulation;

import io.godwit.simulation.Fault.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What a seed says: how the world is made, and what goes wrong in it and when. A plan with fewer
 * faults is the same world.
 */
record Plan(long seed, Setting setting, List<Fault> faults, Map<String, Fault> byMoment) {
  private static final int MOST_FAULTS = 5;

  /**
   * Machines and programs.
   *
   * @param holds whether devices have the runtime that holds containers
   */
  record Setting(
      List<String> hosts,
      List<String> deviceMachines,
      List<String> deviceNames,
      List<Life.Program> programs,
      boolean liveRestore,
      boolean removeSource,
      boolean again,
      long deadlineMs,
      boolean holds) {}

  static Plan of(long seed) {
    Random random = new Random(seed);
    Setting setting = setting(random);
    List<Fault> faults = new ArrayList<>();
    // Half of all worlds have one or two faults: what is found there needs no more.
    int count = random.nextInt(2) == 0 ? 1 + random.nextInt(2) : random.nextInt(MOST_FAULTS + 1);
    for (int i = 0; i < count; i++) {
      faults.add(fault(random, setting));
    }
    if (setting.deviceNames().stream().distinct().count() < setting.deviceNames().size()
        && random.nextBoolean()) {
      // Two of one name are told apart by what each remembers, which needs a crash to be seen.
      String machine = setting.deviceMachines().get(random.nextInt(2));
      faults.add(
          new Fault(
              Kind.KILL,
              machine + "/agent",
              60 + random.nextInt(80),
              "",
              100 + random.nextInt(2_000)));
    }
    if (random.nextInt(10) == 0) {
      // A source that went down with its machine or Engine, and has to come up there again.
      String host = setting.hosts().getFirst();
      faults.add(
          new Fault(
              random.nextInt(3) > 0 ? Kind.REBOOT : Kind.ENGINE_RESTART,
              Fault.WORLD,
              150 + random.nextInt(350),
              host,
              1_000 + random.nextInt(100_000)));
      faults.add(
          new Fault(
              Kind.RESTORE_REFUSED, "restore " + setting.deviceMachines().getFirst(), 2, "", 0));
    }
    return new Plan(seed, setting, faults);
  }

  Plan(long seed, Setting setting, List<Fault> faults) {
    this(seed, setting, List.copyOf(faults), moments(faults));
  }

  private static Map<String, Fault> moments(List<Fault> faults) {
    Map<String, Fault> moments = new HashMap<>();
    faults.forEach(fault -> moments.put(fault.scope() + fault.nth(), fault));
    return moments;
  }

  Plan with(List<Fault> fewer) {
    return new Plan(seed, setting, fewer);
  }

  Optional<Fault> find(String scope, int nth) {
    return byMoment.isEmpty() ? Optional.empty() : Optional.ofNullable(byMoment.get(scope + nth));
  }

  private static Setting setting(Random random) {
    List<String> hosts = random.nextInt(5) == 0 ? List.of("alpha", "beta") : List.of("alpha");
    boolean two = random.nextInt(10) < 3;
    boolean sameName = two && random.nextBoolean();
    List<String> machines = two ? List.of("phone1", "phone2") : List.of("phone1");
    List<String> names =
        IntStream.range(0, machines.size())
            .mapToObj(i -> i == 0 || sameName ? "phone" : "tablet")
            .toList();
    List<Life.Program> programs = new ArrayList<>();
    for (String host : hosts) {
      boolean shortLived = random.nextInt(4) == 0;
      programs.add(
          new Life.Program(
              "app-" + host,
              random.nextInt(7) > 0,
              shortLived ? 1_000 + random.nextInt(20_000) : Long.MAX_VALUE,
              !shortLived && random.nextInt(5) < 3 ? "always" : "no"));
    }
    return new Setting(
        hosts,
        machines,
        names,
        programs,
        random.nextBoolean(),
        random.nextInt(3) == 0,
        random.nextInt(5) == 0,
        random.nextInt(4) == 0 ? 20_000 + random.nextInt(60_000) : 0,
        random.nextInt(3) > 0);
  }

  private static final Kind[] OF_CALLS = {
    Kind.CALL_REFUSED,
    Kind.CALL_REFUSED_BUT_DONE,
    Kind.CALL_LOST,
    Kind.CALL_LOST_BUT_DONE,
    Kind.CALL_HANGS
  };

  private static Fault fault(Random random, Setting setting) {
    List<String> machines = new ArrayList<>(setting.hosts());
    machines.addAll(setting.deviceMachines());
    String machine = machines.get(random.nextInt(machines.size()));
    boolean host = setting.hosts().contains(machine);
    String service = machine + (host ? "/checkpointer" : "/agent");
    int moment = 1 + random.nextInt(400);
    String world = Fault.WORLD;
    return switch (random.nextInt(31)) {
      case 0, 1, 2, 3 ->
          new Fault(Kind.KILL, service, 1 + random.nextInt(160), "", 100 + random.nextInt(20_000));
      case 4 ->
          new Fault(
              Kind.KILL, "converter", 1 + random.nextInt(12), "", 100 + random.nextInt(20_000));
      case 5, 6 -> new Fault(Kind.STOP, world, moment, service, 1_000 + random.nextInt(300_000));
      case 7, 8 -> new Fault(Kind.REBOOT, world, moment, machine, 1_000 + random.nextInt(100_000));
      case 9 -> new Fault(Kind.ENGINE_RESTART, world, moment, machine, 0);
      case 10 ->
          new Fault(Kind.ENGINE_AWAY, world, moment, machine, 1_000 + random.nextInt(60_000));
      case 11, 12, 13, 14 ->
          new Fault(
              OF_CALLS[random.nextInt(OF_CALLS.length)],
              "engine " + machine,
              1 + random.nextInt(60),
              "",
              1_000 + random.nextInt(100_000));
      case 15 ->
          new Fault(
              random.nextBoolean() ? Kind.DUMP_REFUSED : Kind.DUMP_HANGS,
              "dump " + machine,
              1,
              "",
              1_000 + random.nextInt(200_000));
      case 16, 17 ->
          new Fault(
              random.nextBoolean() ? Kind.RESTORE_REFUSED : Kind.FRESH_START,
              "restore " + machine,
              1 + random.nextInt(2),
              "",
              0);
      case 18 -> new Fault(Kind.BROKER_AWAY, world, moment, "", 1_000 + random.nextInt(100_000));
      case 19 ->
          new Fault(
              random.nextBoolean() ? Kind.ACK_LOST : Kind.WRITTEN_TWICE,
              random.nextBoolean() ? Broker.APPEND : Broker.PUBLISH,
              1 + random.nextInt(6),
              "",
              0);
      case 20 ->
          new Fault(
              random.nextBoolean() ? Kind.DELIVERED_LATE : Kind.DELIVERED_TWICE,
              Group.DELIVER,
              1 + random.nextInt(6),
              "",
              1_000 + random.nextInt(1_500_000));
      case 21 -> new Fault(Kind.REBALANCE, world, moment, "", 0);
      case 22 ->
          random.nextBoolean()
              ? new Fault(
                  Kind.OFF_TOO_LONG, world, moment, machine, 100_000 + random.nextInt(1_500_000))
              : new Fault(
                  random.nextBoolean() ? Kind.LOG_MADE_ANEW : Kind.LOG_CUT_OFF,
                  world,
                  moment,
                  "",
                  0);
      case 23 -> new Fault(Kind.STORE_AWAY, world, moment, "", 1_000 + random.nextInt(100_000));
      case 24 ->
          new Fault(
              random.nextBoolean() ? Kind.STORE_REFUSES : Kind.OUT_OF_MEMORY,
              Store.SCOPE,
              1 + random.nextInt(15),
              "",
              0);
      case 25 -> new Fault(Kind.BLOB_MISSING, world, moment, "", 0);
      case 26 -> new Fault(Kind.DISK_FULL, world, moment, machine, 1_000 + random.nextInt(100_000));
      case 27 ->
          new Fault(Kind.CLOCK_STEP, world, moment, machine, random.nextInt(4_000_000) - 2_000_000);
      case 28 ->
          new Fault(
              random.nextInt(3) > 0 ? Kind.ABORT : Kind.PROGRAM_ENDS, world, moment, machine, 0);
      case 29 -> new Fault(Kind.RESOLVE, world, 300 + random.nextInt(700), "", 0);
      default ->
          new Fault(
              random.nextBoolean() ? Kind.REQUEST_AGAIN : Kind.ID_REUSED, world, moment, "", 0);
    };
  }
}
