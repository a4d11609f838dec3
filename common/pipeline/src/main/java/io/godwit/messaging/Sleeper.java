package io.godwit.messaging;

import java.time.Duration;

/** Lets time pass. */
@FunctionalInterface
public interface Sleeper {
  /** The real one. */
  Sleeper SYSTEM = Thread::sleep;

  void sleep(Duration pause) throws InterruptedException;
}
