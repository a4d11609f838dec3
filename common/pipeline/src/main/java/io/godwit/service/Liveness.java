package io.godwit.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A service lives while its workers get on, not while its process exists. A worker says when it
 * gets on and when it has nothing to do; one that has been silent for longer than it may is stuck.
 */
public final class Liveness {
  /** Told once a worker cannot get on any more. */
  @FunctionalInterface
  public interface WhenStuck {
    void end(ServiceExit how, String reason);
  }

  private final Clock clock;
  private final WhenStuck whenStuck;
  private final ConcurrentMap<String, Worker> workers = new ConcurrentHashMap<>();

  /** Nobody is told; {@link #stuck} says it. */
  public Liveness(Clock clock) {
    this(clock, (how, reason) -> {});
  }

  public Liveness(Clock clock, WhenStuck whenStuck) {
    this.clock = clock;
    this.whenStuck = whenStuck;
  }

  /**
   * A worker that has nothing to do yet. A worker of the same name is replaced.
   *
   * @param patience how long it may be silent while it has something to do
   */
  public Worker worker(String name, Duration patience) {
    Worker worker = new Worker(name, patience);
    workers.put(name, worker);
    return worker;
  }

  /** One sentence for each worker that is stuck; empty while all is well. */
  public List<String> stuck() {
    return workers.values().stream().flatMap(worker -> worker.reason().stream()).sorted().toList();
  }

  /** The longest silence of a worker that has something to do. */
  public Duration longestSilence() {
    return workers.values().stream()
        .map(Worker::silence)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /** One thread of work. Safe for use by several threads. */
  public final class Worker implements AutoCloseable {
    private final String name;
    private final Duration patience;
    private final AtomicReference<Optional<Instant>> progress =
        new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> given = new AtomicReference<>(Optional.empty());

    private Worker(String name, Duration patience) {
      this.name = name;
      this.patience = patience;
    }

    /** It has something to do and gets on with it. */
    public void progress() {
      progress.set(Optional.of(clock.instant()));
    }

    /** It has nothing to do. */
    public void idle() {
      progress.set(Optional.empty());
    }

    /** It cannot get on any more: the service ends, to be started again. */
    public void stuck(String reason) {
      stuck(ServiceExit.CANNOT_GO_ON, reason);
    }

    /** It cannot get on any more: the service ends so. The first word counts. */
    public void stuck(ServiceExit how, String reason) {
      given.updateAndGet(before -> before.or(() -> Optional.of(reason)));
      whenStuck.end(how, reason);
    }

    /** It is gone. */
    @Override
    public void close() {
      workers.remove(name, this);
    }

    private Optional<String> reason() {
      Duration silence = silence();
      Optional<String> silent =
          Optional.of(
                  "%s has shown no progress for %d s; %d s are the most it may"
                      .formatted(name, silence.toSeconds(), patience.toSeconds()))
              .filter(sentence -> silence.compareTo(patience) > 0);
      return given.get().or(() -> silent);
    }

    private Duration silence() {
      return progress
          .get()
          .map(since -> Duration.between(since, clock.instant()))
          .orElse(Duration.ZERO);
    }
  }
}
