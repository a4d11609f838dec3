package io.godwit.service;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Work beside other work, and waiting for it. Comes in through constructors like the clock: a
 * simulation puts its own in place, under which only one thread runs at a time and time is played.
 */
public interface Threads {
  /** Real ones: virtual threads and the machine's time. */
  Threads SYSTEM = new SystemThreads();

  /** Begins work on a thread of its own. */
  Started start(String name, Runnable work);

  /** A bell that nobody has rung. */
  Bell bell();

  /** Work that was begun. */
  interface Started {
    String name();

    /** Asks it to stop where it waits. */
    void interrupt();

    /** Waits for its end; says whether it has come. */
    boolean join(Duration atMost) throws InterruptedException;

    /** Waits for an end that it was told of, and asks it to stop where it takes longer. */
    default void stop(Duration atMost) {
      try {
        if (!join(atMost)) {
          interrupt();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What one thread waits at and others ring. */
  interface Bell {
    /** Heard by who waits now, or else by who waits next. */
    void ring();

    /** Waits until it rings, or has rung since the last time, or the time is over. */
    boolean await(Duration atMost) throws InterruptedException;
  }

  /** {@link Threads#SYSTEM}. */
  final class SystemThreads implements Threads {
    private SystemThreads() {}

    @Override
    public Started start(String name, Runnable work) {
      Thread thread = Thread.ofVirtual().name(name).start(work);
      return new Started() {
        @Override
        public String name() {
          return name;
        }

        @Override
        public void interrupt() {
          thread.interrupt();
        }

        @Override
        public boolean join(Duration atMost) throws InterruptedException {
          return thread.join(atMost);
        }
      };
    }

    @Override
    public Bell bell() {
      Semaphore rings = new Semaphore(0);
      return new Bell() {
        @Override
        public void ring() {
          rings.release();
        }

        @Override
        public boolean await(Duration atMost) throws InterruptedException {
          boolean rung = rings.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
          if (rung) {
            rings.drainPermits();
          }
          return rung;
        }
      };
    }
  }
}
