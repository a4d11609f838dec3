package io.godwit.service;

import java.time.Clock;
import java.util.Map;

/** A service for {@link ServiceRuntimeIT}: runs until it is told to stop and says what it does. */
final class StopsWhenToldTo {
  private StopsWhenToldTo() {}

  public static void main(String[] arguments) throws InterruptedException {
    Settings settings = new Settings(Map.of(), () -> "ada");
    try (ServiceRuntime runtime = new ServiceRuntime("test", settings, Clock.systemUTC())) {
      runtime.adopt("first", () -> System.out.println("first closed"));
      runtime.adopt("second", () -> System.out.println("second closed"));
      runtime.ready();
      System.out.println("ready");
      runtime.awaitStop();
    }
  }
}
