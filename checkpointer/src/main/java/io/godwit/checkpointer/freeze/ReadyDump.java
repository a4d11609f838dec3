package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.pages.PageReceiver;
import io.godwit.docker.CriuLog;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** {@link Dumper.Ready}. */
final class ReadyDump implements Dumper.Ready {
  private static final Duration GLANCE = Duration.ofMillis(200);

  /**
   * When nobody is there to hear the Engine's answer, it goes on without us; see {@link #unheard}.
   */
  private static final Duration QUIET = Duration.ofSeconds(3);

  /** The Engine answers when runc has ended. */
  private static final Duration AFTER_THE_END = Duration.ofMillis(300);

  private final DockerEngine engine;
  private final SourceControl source;
  private final Waiting waiting;
  private final Dumper.Target target;
  private final PageReceiver receiver;
  private final CriuOptions.InForce turn;
  private final Threads.Bell bell;
  private volatile boolean cancelled;

  ReadyDump(
      DockerEngine engine,
      SourceControl source,
      Waiting waiting,
      Dumper.Target target,
      PageReceiver receiver,
      CriuOptions.InForce turn) {
    this.engine = engine;
    this.source = source;
    this.waiting = waiting;
    this.target = target;
    this.receiver = receiver;
    this.turn = turn;
    this.bell = waiting.threads().bell();
  }

  @Override
  public void dump() throws IOException, InterruptedException {
    if (!source.stands(target.containerId())) {
      throw new IOException("the dump failed: the container does not stand still");
    }
    try {
      dumped();
    } catch (IOException e) {
      receiver.failure().ifPresent(e::addSuppressed);
      throw e;
    }
    if (!target.folder().isComplete()) {
      throw new IOException(
          "the dump failed: the Engine reported no failure, but %s is not complete%s"
              .formatted(target.folder(), CriuLog.words(target.log())));
    }
    if (!source.stands(target.containerId())) {
      // It has gone on since: what was dumped is of the past.
      throw new IOException("the dump failed: the container was let go on under it");
    }
    source.pin(target.containerId());
  }

  private void dumped() throws IOException, InterruptedException {
    EngineCall<Boolean> call =
        EngineCall.begin(
            "checkpoint",
            waiting.threads(),
            () -> {
              requireGoing();
              engine.checkpoint(target.containerId(), target.checkpoint(), false);
              return true;
            },
            bell::ring);
    try {
      while (call.now().isEmpty()) {
        if (cancelled) {
          cutOff();
          call.outcome(AFTER_THE_END);
          requireGoing();
        }
        bell.await(GLANCE);
      }
    } finally {
      call.giveUp();
    }
    switch (call.now().orElseThrow()) {
      case EngineCall.Outcome.Answered<Boolean> _ -> requireGoing();
      case EngineCall.Outcome.Refused<Boolean>(DockerException.Refused refusal) -> {
        requireGoing();
        throw failed(refusal);
      }
      case EngineCall.Outcome.Silent<Boolean>(IOException failure) -> {
        if (!unheard()) {
          requireGoing();
          throw failed(failure);
        }
      }
    }
  }

  private IOException failed(IOException why) {
    return new IOException(
        "the dump failed: " + why.getMessage() + CriuLog.words(target.log()), why);
  }

  /**
   * While the dump goes on there is a {@code runc checkpoint} of the container; after CRIU has
   * ended, the Engine still unpacks what runc wrote into its folder. So it is over when there is no
   * such process and nothing was written for a while. The container is paused before, in and after
   * it.
   */
  private boolean unheard() throws IOException, InterruptedException {
    List<String> last = target.folder().glance();
    Instant since = now();
    while (!cancelled
        && (source.isBeingDumped(target.containerId())
            || Duration.between(since, now()).compareTo(QUIET) < 0)) {
      waiting.sleeper().sleep(GLANCE);
      List<String> glance = target.folder().glance();
      if (!glance.equals(last) || source.isBeingDumped(target.containerId())) {
        last = glance;
        since = now();
      }
    }
    if (cancelled) {
      cutOff();
    }
    return !cancelled && target.folder().isComplete();
  }

  private void requireGoing() throws IOException {
    if (cancelled) {
      throw new IOException("the dump was cut off");
    }
  }

  private void cutOff() throws IOException, InterruptedException {
    receiver.cut();
    source.endDump(target.containerId());
  }

  @Override
  public void cancel() {
    cancelled = true;
    bell.ring();
  }

  @Override
  public void close() throws IOException {
    try (turn) {
      // A dump that has not come to its end by now is of no use.
      receiver.cut();
      receiver.close();
    }
  }

  private Instant now() {
    return waiting.clock().instant();
  }
}
