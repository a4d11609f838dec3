package io.godwit.checkpointer.testing;

import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * Kills the service, as SIGKILL does, at the n-th moment before or after something that others see.
 */
public final class Crash {
  /** The service is dead. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed(String where) {
      super(where);
    }
  }

  /** What others see. */
  @FunctionalInterface
  public interface Effect<T> {
    T run() throws IOException;
  }

  private int left;
  private volatile Optional<String> where = Optional.empty();

  /**
   * @param moment counted from 0; negative: never
   */
  public Crash(int moment) {
    this.left = moment;
  }

  /** Where it struck. */
  public Optional<String> where() {
    return where;
  }

  /** The time, as long as the service lives: nothing of it does anything after its death. */
  public Clock clock(Clock real) {
    return new Clock() {
      @Override
      public Instant instant() {
        requireAlive();
        return real.instant();
      }

      @Override
      public ZoneId getZone() {
        return real.getZone();
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  /** The same for who waits. */
  public Sleeper sleeper(Sleeper real) {
    return pause -> {
      requireAlive();
      real.sleep(pause);
    };
  }

  /** The dead begin no thread, and none of theirs that has not begun yet does anything. */
  public Threads threads(Threads real) {
    return new Threads() {
      @Override
      public Started start(String name, Runnable work) {
        requireAlive();
        return real.start(
            name,
            () -> {
              if (where.isEmpty()) {
                work.run();
              }
            });
      }

      @Override
      public Bell bell() {
        return real.bell();
      }
    };
  }

  /** Does what others see, unless the service dies before. */
  public <T> T around(String what, Effect<T> effect) throws IOException {
    strike("before " + what);
    T result = effect.run();
    strike("after " + what);
    return result;
  }

  /** As {@link #around}, for what cannot fail. */
  public <T> T aroundSure(String what, Effect<T> effect) {
    try {
      return around(what, effect);
    } catch (IOException e) {
      throw new AssertionError(what, e);
    }
  }

  private void requireAlive() {
    if (where.isPresent()) {
      throw new Killed("dead since " + where.get());
    }
  }

  private synchronized void strike(String here) {
    requireAlive();
    if (left-- == 0) {
      where = Optional.of(here);
      throw new Killed(here);
    }
  }
}
