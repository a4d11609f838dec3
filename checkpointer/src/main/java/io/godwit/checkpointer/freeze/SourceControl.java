package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.CgroupFreezer.State;
import io.godwit.checkpointer.source.DumpProcesses;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Freezes the source's container, thaws it, ends it, and says what really is of it. */
public final class SourceControl {
  private static final Logger LOG = LoggerFactory.getLogger(SourceControl.class);

  /** Within which the Engine notices an end. */
  private static final Duration NOTICE = Duration.ofSeconds(10);

  /** Until all stand, or a docker exec has got on, or the Engine's word is the truth. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration END = Duration.ofSeconds(60);
  private static final Duration GLANCE = Duration.ofMillis(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final EnginesWord engine;
  private final ProcFs processes;
  private final ProcessIdentity identity;
  private final ContainerFreezer kernel;
  private final HalfWay halfWay;
  private final DumpEnd dumps;
  private final Pin pin;
  private final DeletedFiles deleted;
  private final NetworkHold network;
  private final Waiting waiting;

  public SourceControl(
      DockerEngine engine,
      ProcFs processes,
      ProcessIdentity identity,
      CgroupFreezer freezer,
      CommandRunner commands,
      Waiting waiting) {
    this.engine = new EnginesWord(engine, waiting.threads());
    this.processes = processes;
    this.identity = identity;
    this.kernel = new ContainerFreezer(processes, freezer);
    this.halfWay = new HalfWay(processes);
    Signals signals = new Signals(commands);
    this.dumps = new DumpEnd(new DumpProcesses(processes), signals, waiting);
    this.pin = new Pin(processes, signals);
    this.deleted = new DeletedFiles(processes, commands);
    this.network = new NetworkHold(processes, commands);
    this.waiting = waiting;
  }

  /**
   * What is of it at this moment.
   *
   * @param containerId the full id
   * @param expected identity of the first process that is meant; empty: whatever runs is meant
   * @throws IOException when the Engine does not answer: nobody knows then
   */
  public Sight look(String containerId, Optional<String> expected)
      throws IOException, InterruptedException {
    Optional<Container> found = engine.inspect(containerId);
    if (found.isEmpty()) {
      return new Sight.Removed();
    }
    Container container = found.get();
    Optional<HostProcess> first = first(container);
    if (first.isEmpty()) {
      return new Sight.Ended(container);
    }
    try {
      String is = identity.of(first.get());
      if (expected.isPresent() && !expected.get().equals(is)) {
        return new Sight.Stranger(container);
      }
      boolean stands =
          EnginesWord.isPaused(container)
              || kernel.isHeld(containerId)
              || pin.hasStruck(containerId);
      return stands ? new Sight.Frozen(container, is) : new Sight.Runs(container, is);
    } catch (IOException e) {
      if (processes.hasEnded(first.get(), e)) {
        return new Sight.Ended(container);
      }
      throw e;
    }
  }

  /**
   * Whether the very processes that are meant stand still, by the kernel's word alone: an Engine
   * may hang.
   *
   * @param expected identity of the first process that was frozen; empty: whatever stands is meant
   */
  public boolean holds(String containerId, Optional<String> expected) throws IOException {
    if (!kernel.isHeld(containerId) && !pin.hasStruck(containerId)) {
      return false;
    }
    if (expected.isEmpty()) {
      return true;
    }
    for (HostProcess process : processes.ofContainer(containerId)) {
      try {
        if (identity.of(process).equals(expected.get())) {
          return true;
        }
      } catch (IOException e) {
        LOG.debug("{} is none that was frozen: {}", process, e.getMessage());
      }
    }
    return false;
  }

  /**
   * Pauses. When this returns, every process stands in the freezer, and neither a docker exec nor a
   * health check stands half-way in it. One that is frozen already is left so.
   *
   * @throws IOException when it does not come to a stand, or does not run; it may be frozen all the
   *     same, so {@link #thaw} it
   */
  public void freeze(String containerId) throws IOException, InterruptedException {
    if (kernel.isHeld(containerId) && !engine.isPaused(containerId)) {
      // The kernel's word alone: the Engine cannot pause what stands already.
      kernel.thaw(containerId);
    }
    engine.pause(containerId);
    Instant deadline = now().plus(PATIENCE);
    stand(containerId, deadline);
    while (halfWay.any(containerId)) {
      LOG.info("a docker exec stands half-way in the frozen container; it is let get on first");
      kernel.thaw(containerId);
      while (halfWay.any(containerId)) {
        requireTime(deadline, "a docker exec that began with the freeze does not get on");
        waiting.sleeper().sleep(GLANCE);
      }
      // The Engine has had it paused all the while, so no other has begun.
      kernel.freeze(containerId);
      stand(containerId, deadline);
    }
    if (!engine.isPaused(containerId)) {
      throw new IOException(
          "the Engine does not have the container paused, though it was asked to");
    }
  }

  /**
   * The frozen go on: by the Engine's unpause, or, where the Engine refuses or does not answer
   * within a short time, by the kernel's freezer itself, and the Engine is asked until its word and
   * the truth agree. What a dump that was cut off holds is let go first. One that runs, has ended
   * or was removed is left as it is. Never waits for the turn on CRIU's options.
   *
   * @return false where there was nothing any more that could have gone on: the frozen processes
   *     had ended, as they do with the Engine
   * @throws IOException when the Engine's word stays another; the processes go on by then, if it is
   *     in the kernel's power
   */
  public boolean thaw(String containerId) throws IOException, InterruptedException {
    if (dumps.goesOn(containerId)) {
      dumps.end(containerId);
    }
    pin.take(containerId);
    EngineCall.Outcome<Boolean> first = engine.unpause(containerId);
    Optional<State> state = kernel.state(containerId);
    if (state.isEmpty()) {
      return first instanceof EngineCall.Outcome.Answered;
    }
    if (state.get() != State.THAWED) {
      LOG.warn("the Engine does not let the container go on ({}); the kernel does", first);
      kernel.thaw(containerId);
    } else if (first instanceof EngineCall.Outcome.Answered) {
      return true;
    }
    bringTogether(containerId);
    return true;
  }

  /**
   * Kills all of it where it stands: what is frozen executes no further instruction. Returns when
   * the Engine has noticed. One that has ended or was removed is left as it is.
   *
   * @throws IOException when it does not end
   */
  public void end(String containerId) throws IOException, InterruptedException {
    Instant deadline = now().plus(END);
    while (true) {
      EngineCall.Outcome<Boolean> killed = engine.kill(containerId);
      if (hasEnded(containerId, now().plus(NOTICE))) {
        return;
      }
      requireTime(deadline, "the container does not end though it was killed: " + killed);
      waiting.sleeper().sleep(PAUSE);
    }
  }

  /**
   * Keeps from a container's sockets whatever comes, and from others what they send: all but
   * loopback is dropped in its network namespace, both ways, until {@link #releaseNetwork}. May be
   * done again.
   *
   * @throws IOException when it cannot be, such as because the network is the machine's own; the
   *     message is a sentence for people
   */
  public void holdNetwork(String containerId) throws IOException {
    network.hold(kernel.one(containerId).orElseThrow(SourceControl::nothing));
  }

  /** Undoes {@link #holdNetwork}, where it was done; one without processes needs none. */
  public void releaseNetwork(String containerId) throws IOException {
    Optional<HostProcess> one = kernel.one(containerId);
    if (one.isPresent()) {
      network.release(one.get());
    }
  }

  /** Whether a dump of the container goes on. */
  boolean isBeingDumped(String containerId) throws IOException {
    return dumps.goesOn(containerId);
  }

  /** What the files take on the disk that it holds though they were deleted, in bytes. */
  long deletedBytes(String containerId) throws IOException {
    return deleted.bytes(containerId);
  }

  /** Ends a dump, as {@link DumpEnd} does. */
  void endDump(String containerId) throws IOException, InterruptedException {
    dumps.end(containerId);
  }

  /** Holds what is frozen where it stands until {@link #thaw}, as {@link Pin} does. */
  void pin(String containerId) throws IOException {
    pin.put(containerId);
  }

  /** Whether every process stands in the freezer, as far as the kernel knows. */
  boolean stands(String containerId) throws IOException {
    return kernel.state(containerId).filter(state -> state == State.FROZEN).isPresent();
  }

  /**
   * The kernel takes a while where one is in the midst of something; v1 may have to be asked again.
   */
  private void stand(String containerId, Instant deadline)
      throws IOException, InterruptedException {
    while (kernel.state(containerId).orElseThrow(SourceControl::nothing) != State.FROZEN) {
      requireTime(deadline, "the container's processes do not all come to a stand");
      kernel.freeze(containerId);
      waiting.sleeper().sleep(GLANCE);
    }
  }

  /**
   * The processes go on, and the Engine may still have the container paused: it then refuses every
   * exec, and unpause, too, as long as it does not stand. So it stands for another moment.
   */
  private void bringTogether(String containerId) throws IOException, InterruptedException {
    Instant deadline = now().plus(PATIENCE);
    while (kernel.state(containerId).isPresent()) {
      try {
        if (!engine.isPaused(containerId)) {
          return;
        }
        kernel.freeze(containerId);
        engine.unpause(containerId);
      } catch (IOException e) {
        LOG.warn("the Engine does not say how the container is: {}", e.getMessage());
      } finally {
        kernel.thaw(containerId);
      }
      requireTime(deadline, "the container goes on, but the Engine still has it paused");
      waiting.sleeper().sleep(PAUSE);
    }
  }

  private boolean hasEnded(String containerId, Instant deadline)
      throws IOException, InterruptedException {
    while (true) {
      Optional<Container> now = engine.inspect(containerId);
      boolean known = now.filter(EnginesWord::mayHaveProcesses).isPresent();
      if (!known && kernel.one(containerId).isEmpty()) {
        return true;
      }
      if (!now().isBefore(deadline)) {
        return false;
      }
      waiting.sleeper().sleep(GLANCE);
    }
  }

  /** The number that the Engine names may be another's by now, or that of one that has ended. */
  private Optional<HostProcess> first(Container container) throws IOException {
    if (!EnginesWord.mayHaveProcesses(container)) {
      return Optional.empty();
    }
    long pid = container.firstPid().orElse(0L);
    return processes.ofContainer(container.id()).stream()
        .filter(process -> process.pid() == pid)
        .findFirst();
  }

  private static IOException nothing() {
    return new IOException("the container has no process any more");
  }

  private Instant now() {
    return waiting.clock().instant();
  }

  private void requireTime(Instant deadline, String otherwise) throws IOException {
    if (!now().isBefore(deadline)) {
      throw new IOException(otherwise);
    }
  }
}
