package io.godwit.simulation;

import io.godwit.service.Threads;
import java.time.Duration;

/** Threads of whoever's turn it is, and bells that ring in played time. */
record WorldThreads(Scheduler scheduler) implements Threads {
  @Override
  public Started start(String name, Runnable work) {
    Scheduler.Signal ended = scheduler.signal();
    boolean[] over = {false};
    Thread thread =
        scheduler
            .current()
            .start(
                name,
                () -> {
                  try {
                    work.run();
                  } finally {
                    over[0] = true;
                    ended.raise();
                  }
                });
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
        return scheduler.await(ended, () -> over[0], atMost);
      }
    };
  }

  @Override
  public Bell bell() {
    Scheduler.Signal signal = scheduler.signal();
    boolean[] rung = {false};
    return new Bell() {
      @Override
      public void ring() {
        rung[0] = true;
        signal.raise();
      }

      @Override
      public boolean await(Duration atMost) throws InterruptedException {
        boolean heard = scheduler.await(signal, () -> rung[0], atMost);
        rung[0] = false;
        return heard;
      }
    };
  }
}
