package io.godwit.checkpointer.source;

import io.godwit.isa.Isa;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the processes of a container to their migration points, and has them go on, as
 * h-container's contract has it: {@code __migrate_gb_variable} is −1 while nobody asks. Written
 * from outside, 0 asks to go to aarch64, 1 to x86_64; the program publishes its registers in {@code
 * regs_dst}, which then begins with the magic of that ISA, writes −1 again and parks. −2 tells a
 * parked program to go on, and withdraws the wish from one that has not parked yet.
 */
public final class MigrationPoints {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationPoints.class);

  private static final long IDLE = -1;
  private static final long GO_ON = -2;
  private static final Duration GLANCE = Duration.ofMillis(5);
  private static final Duration GO_ON_PATIENCE = Duration.ofSeconds(10);

  private final ContainerProcesses processes;
  private final Programs programs;
  private final ProcessMemory memory;
  private final Clock clock;
  private final Sleeper sleeper;

  public MigrationPoints(
      ContainerProcesses processes,
      Programs programs,
      ProcessMemory memory,
      Clock clock,
      Sleeper sleeper) {
    this.processes = processes;
    this.programs = programs;
    this.memory = memory;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /**
   * Parks every process of the container, those started meanwhile too. Leaves those that parked as
   * they are when it fails: {@link #goOn} is the way back.
   *
   * @param patience how long all of that may take
   * @return when the last one was seen parked
   * @throws ParkException when one does not park in time, or none is left
   */
  public Instant park(String containerId, Isa target, Duration patience)
      throws IOException, ParkException, InterruptedException {
    Instant deadline = clock.instant().plus(patience);
    Map<HostProcess, ContractSymbols> asked = new HashMap<>();
    while (true) {
      List<HostProcess> all = processes.ofContainer(containerId);
      if (all.isEmpty()) {
        throw new ParkException(
            "the container has no process any more: its program ended while it was asked to park");
      }
      boolean everyoneAskedBefore = asked.keySet().containsAll(all);
      for (HostProcess process : all) {
        if (!asked.containsKey(process)) {
          asked.put(process, ask(process, target));
        }
      }
      asked.keySet().retainAll(all);
      awaitParked(asked, target, deadline, patience);
      // Who was not yet there when the others were asked may have been started since: look again.
      if (everyoneAskedBefore) {
        return clock.instant();
      }
    }
  }

  /**
   * Has every process go on that is parked or was asked to park, and waits until those that were
   * parked do. May be called at any time, and twice.
   *
   * @throws ParkException when a parked one does not go on
   */
  public void goOn(String containerId) throws IOException, ParkException, InterruptedException {
    Map<HostProcess, ContractSymbols> told = new HashMap<>();
    for (HostProcess process : processes.ofContainer(containerId)) {
      try {
        Optional<ContractSymbols> contract = programs.contractOf(process);
        if (contract.isPresent() && tellToGoOn(process, contract.get())) {
          told.put(process, contract.get());
        }
      } catch (IOException e) {
        failUnlessGone(containerId, process, e);
      }
    }
    Instant deadline = clock.instant().plus(GO_ON_PATIENCE);
    for (Map.Entry<HostProcess, ContractSymbols> entry : told.entrySet()) {
      while (stillParked(containerId, entry.getKey(), entry.getValue())) {
        if (clock.instant().isAfter(deadline)) {
          throw new ParkException(
              "process %d was told to go on and still stands at its migration point after %d s; write -2 to its __migrate_gb_variable with a debugger, or restart the container"
                  .formatted(entry.getKey().pid(), GO_ON_PATIENCE.toSeconds()));
        }
        sleeper.sleep(GLANCE);
      }
    }
  }

  private ContractSymbols ask(HostProcess process, Isa target) throws IOException, ParkException {
    ContractSymbols contract =
        programs
            .contractOf(process)
            .orElseThrow(() ->
                new ParkException(
                    "process %d was started after preflight and its executable has no __migrate_gb_variable and regs_dst, so it cannot go to %s; end it, or build it with the migration contract"
                        .formatted(process.pid(), target.kernelName())));
    memory.writeLong(process, contract.variable(), target.migrationTarget());
    return contract;
  }

  private void awaitParked(
      Map<HostProcess, ContractSymbols> asked, Isa target, Instant deadline, Duration patience)
      throws IOException, ParkException, InterruptedException {
    while (true) {
      List<HostProcess> still = new ArrayList<>();
      for (Map.Entry<HostProcess, ContractSymbols> entry : asked.entrySet()) {
        if (!isParked(entry.getKey(), entry.getValue(), target)) {
          still.add(entry.getKey());
        }
      }
      if (still.isEmpty()) {
        return;
      }
      if (clock.instant().isAfter(deadline)) {
        throw new ParkException(
            "process %s did not reach its migration point within %d s; it may be waiting in a system call or computing between two migration points. Try again when it is less busy, or allow it more time"
                .formatted(pids(still), patience.toSeconds()));
      }
      sleeper.sleep(GLANCE);
    }
  }

  private boolean isParked(HostProcess process, ContractSymbols contract, Isa target)
      throws IOException {
    // The variable first: the program publishes before it sets it back.
    return memory.readLong(process, contract.variable()) == IDLE
        && magic(process, contract) == magicOf(target);
  }

  /** Says whether the process is parked, so that it will be seen going on. */
  private boolean tellToGoOn(HostProcess process, ContractSymbols contract) throws IOException {
    boolean parked = magic(process, contract) != 0;
    if (parked || memory.readLong(process, contract.variable()) != IDLE) {
      LOG.info("process {} is told to go on", process.pid());
      memory.writeLong(process, contract.variable(), GO_ON);
      memory.continueProcess(process);
    }
    return parked;
  }

  private boolean stillParked(String containerId, HostProcess process, ContractSymbols contract)
      throws IOException {
    try {
      // Ours wipe the magic when they go on; others need only notice what they were told.
      return magic(process, contract) != 0
          && memory.readLong(process, contract.variable()) == GO_ON;
    } catch (IOException e) {
      failUnlessGone(containerId, process, e);
      return false;
    }
  }

  // A process that ends on its own is no reason to leave the others parked.
  private void failUnlessGone(String containerId, HostProcess process, IOException e)
      throws IOException {
    if (processes.ofContainer(containerId).contains(process)) {
      throw e;
    }
    LOG.info("process {} ended meanwhile: {}", process.pid(), e.getMessage());
  }

  private long magic(HostProcess process, ContractSymbols contract) throws IOException {
    return memory.readLong(process, contract.registers());
  }

  /** What {@code regs_dst} begins with when it holds registers of this ISA. */
  static long magicOf(Isa isa) {
    return switch (isa) {
      case AARCH64 -> 0xAABCBDEADBEAFL;
      case X86_64 -> 0xA8664DEADBEAFL;
    };
  }

  private static String pids(List<HostProcess> processes) {
    return String.join(
        ", ", processes.stream().map(process -> Long.toString(process.pid())).sorted().toList());
  }
}
