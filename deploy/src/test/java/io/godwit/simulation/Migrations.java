package io.godwit.simulation;

import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.migration.State;
import io.godwit.contract.AbortRequest;
import io.godwit.contract.Decision;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Request;
import io.godwit.contract.Resolved;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was asked for, and what the hosts say of it. */
final class Migrations {
  private final World world;
  private final List<MigrationRequest> asked = new ArrayList<>();
  private final Set<String> doubts = new LinkedHashSet<>();
  private int told;
  private final Map<String, Boolean> settled = new LinkedHashMap<>();

  Migrations(World world) {
    this.world = world;
  }

  /** Asks for what the setting says. */
  void begin() {
    Plan.Setting setting = world.plan().setting();
    for (int i = 0; i < setting.hosts().size(); i++) {
      MigrationRequest request = request(setting.hosts().get(i), "phone");
      world.scheduler().after(1_000 + 700L * i, () -> begin(request));
      if (setting.again()) {
        MigrationRequest again = request(setting.hosts().get(i), setting.deviceNames().getLast());
        world.scheduler().after(30_000 + world.draw(300_000), () -> begin(again));
      }
    }
  }

  private MigrationRequest request(String host, String device) {
    Plan.Setting setting = world.plan().setting();
    MigrationRequest request =
        MigrationRequest.newBuilder()
            .setMigrationId("%08d-0000-4000-8000-000000000000".formatted(asked.size() + 1))
            .setHost(host)
            .setContainer("app-" + host)
            .setDevice(device)
            .setRemoveSource(setting.removeSource())
            .setDeadlineMs(setting.deadlineMs())
            .build();
    asked.add(request);
    return request;
  }

  /** What the setting asks for: nothing is at rest before. */
  private void begin(MigrationRequest request) {
    told++;
    ask(request);
  }

  private void ask(MigrationRequest request) {
    world.say("operator: migrate " + request.getContainer() + " to " + request.getDevice());
    put(request.getHost(), Request.newBuilder().setMigration(request).build());
  }

  private void put(String host, Request request) {
    world.broker().put(Topic.REQUESTS, host, request);
  }

  /** The operator aborts the latest. */
  void abort() {
    MigrationRequest last = asked.getLast();
    put(
        last.getHost(),
        Request.newBuilder()
            .setAbort(AbortRequest.newBuilder().setMigrationId(last.getMigrationId()))
            .build());
  }

  /** Whether somebody has ever claimed a container. */
  boolean isClaimed(String container) {
    return asked.stream()
        .filter(request -> request.getContainer().equals(container))
        .flatMap(request -> world.broker().decisions(request.getMigrationId()).stream())
        .anyMatch(Decision::hasClaim);
  }

  /** The operator looks at both sides of what is in doubt, and says what is so. */
  void resolveDoubts() {
    doubts.stream().filter(key -> !settled.getOrDefault(key, true)).toList().forEach(this::resolve);
  }

  /** The same for all that is not at an end by itself. */
  void resolveAll() {
    unsettled().forEach(this::resolve);
  }

  private void resolve(String key) {
    String host = key.substring(0, key.indexOf(' '));
    String id = key.substring(key.indexOf(' ') + 1);
    boolean onDevice =
        world.population().lives().stream()
            .filter(life -> life.program.name().equals("app-" + host))
            .anyMatch(life -> life.isOrEndedElsewhere(world.machine(host)));
    RanOn ranOn = onDevice ? RanOn.DEVICE : RanOn.HOST;
    world.say("operator: resolves " + world.label(id) + " for the " + ranOn);
    world
        .broker()
        .decide(
            Decision.newBuilder()
                .setMigrationId(id)
                .setAtMs(world.epochMs())
                .setResolved(Resolved.newBuilder().setRanOn(ranOn).setBy("operator"))
                .build());
  }

  void askAgain() {
    ask(asked.getFirst());
  }

  /** Somebody asks another host for a migration with an id that was used. */
  void reuseId() {
    MigrationRequest first = asked.getFirst();
    MigrationRequest last = asked.getLast();
    ask(last.toBuilder().setMigrationId(first.getMigrationId()).build());
  }

  /** A host's word. */
  MigrationObserver observer(String host) {
    return new MigrationObserver() {
      @Override
      public void entered(Migration migration, String message) {
        settled.putIfAbsent(host + " " + migration.id(), false);
        if (migration.state() == State.IN_DOUBT) {
          doubts.add(host + " " + migration.id());
        }
        world.say(
            "MIGRATION %s %s: %s"
                .formatted(world.label(migration.id()), migration.state(), message));
      }

      @Override
      public void settled(Migration migration, String message) {
        settled.put(host + " " + migration.id(), true);
        world.say(
            "MIGRATION %s %s, SETTLED: %s"
                .formatted(world.label(migration.id()), migration.state(), message));
      }
    };
  }

  /** Whether everything that the setting says was asked for. */
  boolean areAsked() {
    return told >= asked.size();
  }

  /** Whether a host's journal has it that a container is about to go on, or has. */
  boolean goesOn(Machine host, String containerId) {
    try {
      Journal journal = new Journal(HostService.state(host));
      for (MigrationRequest request : asked) {
        boolean goesOn =
            journal
                .find(request.getMigrationId())
                .flatMap(Migration::touched)
                .filter(touched -> touched.source().containerId().equals(containerId))
                .filter(touched -> touched.standstill().freeze().isPresent())
                .filter(touched -> touched.standstill().identity().isEmpty())
                .isPresent();
        if (goesOn) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A host begins: what its journal has as settled was so before it could say it. */
  void read(String host, Journal journal) throws IOException {
    for (String key : unsettled()) {
      if (key.startsWith(host + " ")) {
        String id = key.substring(host.length() + 1);
        journal.find(id).filter(Migration::settled).ifPresent(_ -> settled.put(key, true));
      }
    }
  }

  List<String> unsettled() {
    return settled.entrySet().stream()
        .filter(entry -> !entry.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }
}
