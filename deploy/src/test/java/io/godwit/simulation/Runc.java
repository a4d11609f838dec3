package io.godwit.simulation;

import io.godwit.docker.DockerException;
import io.godwit.simulation.Docker.Box;
import io.godwit.simulation.Life.Copy;
import io.godwit.simulation.Life.Copy.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A machine's runc, with CRIU. */
record Runc(World world, Docker docker) {
  /** {@code runc checkpoint}: takes its time, and leaves a complete dump or none. */
  void dump(Box box, Path engines) throws IOException {
    Machine machine = docker.machine();
    box.busy = true;
    long runc = machine.processes().command(1, "runc", "checkpoint", box.id);
    long criu = machine.processes().command(runc, "criu", "swrk");
    try {
      Optional<Fault> fault = world.strike("dump " + machine.name());
      long ms = 20 + world.draw(380);
      ms += fault.filter(f -> f.kind() == Fault.Kind.DUMP_HANGS).map(Fault::ms).orElse(0L);
      machine.processes().await(() -> !machine.processes().goesOn(criu), ms);
      CriuConf conf = CriuConf.read(machine);
      Files.createDirectories(engines);
      Path images = conf.images().orElse(engines);
      boolean refused = fault.filter(f -> f.kind() == Fault.Kind.DUMP_REFUSED).isPresent();
      if (refused || !box.lives() || !machine.processes().goesOn(criu)) {
        conf.log("(00.1) Error (criu/drawn.c:1): cannot dump");
        throw new DockerException.Refused(500, "criu failed: type NOTIFY errno 0");
      }
      dumped(box, images, engines);
    } finally {
      machine.processes().vanish(criu);
      machine.processes().vanish(runc);
      box.busy = false;
    }
  }

  private void dumped(Box box, Path images, Path engines) throws IOException {
    long left = box.copy.map(world.population()::left).orElse(0L);
    long number = box.copy.map(copy -> copy.life.dumps.size() + 1L).orElse(0L);
    List<Path> files = CriuImages.write(images, new CriuImages.State(box.identity, left, number));
    files.add(Files.writeString(engines.resolve("descriptors.json"), "[]"));
    box.copy.ifPresent(copy -> {
      Life.Dump dump = new Life.Dump(files);
      dump.stale = copy.state == State.RUNNING;
      copy.life.dumps.add(dump);
      copy.dumps.add(dump);
      box.dumps.add(dump);
    });
  }

  /**
   * {@code runc restore}.
   *
   * @param engines the Engine's folder, where it was asked to restore: it may make a fresh start of
   *     it
   */
  void restore(Box box, Path folder, Optional<Path> engines) throws IOException {
    Machine machine = docker.machine();
    box.busy = true;
    try {
      world.pass(20, 300);
      CriuConf conf = CriuConf.read(machine);
      Path images = conf.images().orElse(folder);
      CriuImages.State state;
      try {
        Files.readString(folder.resolve("descriptors.json"));
        state = CriuImages.read(images);
      } catch (NoSuchFileException | io.godwit.criu.ImageException e) {
        throw new DockerException.Refused(500, "cannot restore: " + e.getMessage());
      }
      Optional<Fault> fault = world.strike("restore " + machine.name());
      if (engines.isPresent()
          && fault.filter(f -> f.kind() == Fault.Kind.FRESH_START).isPresent()) {
        docker.startFresh(box);
        box.copy.ifPresent(copy -> copy.life.excuse("it was begun by mistake"));
        return;
      }
      Optional<Life> life = world.population().life(state.identity());
      boolean refused = fault.filter(f -> f.kind() == Fault.Kind.RESTORE_REFUSED).isPresent();
      if (refused || life.filter(l -> !l.program.restorable()).isPresent()) {
        conf.log("(00.1) Error (criu/drawn.c:2): cannot restore");
        throw new DockerException.Refused(500, "criu failed: type RESTORE errno 0");
      }
      docker.run(box, state.identity());
      conf.log("(00.2) Restore finished successfully. Tasks resumed.");
      life.ifPresent(l -> {
        world.oracle().restored(l, l.dumps.get((int) state.dump() - 1));
        Copy copy = new Copy(l, machine, box, state.leftMs());
        box.copy = Optional.of(copy);
        world.population().goesOn(copy);
      });
    } finally {
      box.busy = false;
    }
  }
}
