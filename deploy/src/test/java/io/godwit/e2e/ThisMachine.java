package io.godwit.e2e;

import java.time.Duration;
import java.util.List;

/** The machine that the tests run on, with {@code godwit standalone}. */
record ThisMachine(String name, Standalone standalone) implements Machine {
  @Override
  public Docker docker() {
    return Docker.ofThisMachine();
  }

  @Override
  public Shell.Result exec(String... command) {
    return Shell.run(Duration.ofMinutes(2), List.of(command));
  }

  @Override
  public int reach(int port) {
    return port;
  }

  /** All of standalone at once, its broker included: they share a process. */
  @Override
  public void killServices(Service... services) {
    standalone.kill();
  }

  @Override
  public void startServices(Service... services) {
    standalone.restart();
  }
}
