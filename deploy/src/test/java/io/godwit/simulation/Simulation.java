package io.godwit.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One world from its beginning to its end. */
final class Simulation {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TROUBLED_MS = Duration.ofMinutes(50).toMillis();
  private static final long MENDED_MS = Duration.ofMinutes(40).toMillis();
  private static final long RESOLVED_MS = Duration.ofMinutes(10).toMillis();
  private static final long AFTERWARDS_MS = Duration.ofMinutes(3).toMillis();

  static {
    Pollers.make();
  }

  private Simulation() {}

  /**
   * How it went.
   *
   * @param violation empty when all held
   * @param history empty unless asked for
   */
  record Result(Optional<String> violation, List<String> history, long turns, int steps) {}

  /** Runs one. */
  static Result run(Plan plan, boolean tells) {
    try (World world = new World(plan, tells)) {
      Optional<String> violation = Optional.empty();
      try {
        make(world);
        live(world);
      } catch (Violation e) {
        world.say("!!! " + e.getMessage());
        violation = Optional.of(String.valueOf(e.getMessage()));
      }
      return new Result(
          violation,
          List.copyOf(world.history()),
          world.scheduler().turns(),
          world.count(Fault.WORLD));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void make(World world) throws IOException {
    Plan.Setting setting = world.plan().setting();
    setting.programs().forEach(world.population()::add);
    Machine cloud = world.addMachine("cloud", false);
    for (String name : setting.hosts()) {
      Machine host = world.addMachine(name, setting.liveRestore());
      host.docker().setHasImage();
      Life.Program program = world.population().program("app-" + name).orElseThrow();
      host.docker().startFresh(host.docker().create(program.name(), body(program)));
      host.disk().sync();
    }
    for (String name : setting.deviceMachines()) {
      world.addMachine(name, setting.liveRestore());
    }
    cloud.add(new ConverterService(world));
    for (String name : setting.hosts()) {
      world.machine(name).add(new HostService(world, world.machine(name)));
    }
    for (int i = 0; i < setting.deviceMachines().size(); i++) {
      Machine device = world.machine(setting.deviceMachines().get(i));
      device.add(new DeviceService(world, device, setting.deviceNames().get(i)));
    }
    world.migrations().begin();
  }

  private static ObjectNode body(Life.Program program) {
    ObjectNode body = JSON.createObjectNode().put("Image", Docker.TAG);
    body.putObject("Labels");
    ObjectNode host = body.putObject("HostConfig");
    host.putObject("RestartPolicy")
        .put("Name", program.restartPolicy())
        .put("MaximumRetryCount", 0);
    host.put("NetworkMode", "host").put("IpcMode", "private");
    return body;
  }

  private static void live(World world) {
    Oracle oracle = world.oracle();
    Scheduler scheduler = world.scheduler();
    scheduler.run(oracle::look, () -> isQuiet(world), TROUBLED_MS);
    world.say("--- all is mended");
    world.calm();
    new Troubles(world, new java.util.Random(0)).mend();
    scheduler.run(oracle::look, () -> isQuiet(world), scheduler.nowMs() + MENDED_MS);
    // A doubt may be followed by a source that does not come up: that is another word.
    for (int i = 0; i < 2; i++) {
      world.migrations().resolveAll();
      scheduler.run(oracle::look, () -> isQuiet(world), scheduler.nowMs() + RESOLVED_MS);
    }
    scheduler.run(oracle::look, () -> false, scheduler.nowMs() + AFTERWARDS_MS);
    oracle.lookAtTheEnd();
  }

  private static boolean isQuiet(World world) {
    return world.nowMs() > 2_000
        && world.migrations().areAsked()
        && world.migrations().unsettled().isEmpty()
        && world.groups().stream().allMatch(Group::isDone);
  }
}
