package io.godwit.service;

import java.time.Clock;
import java.util.Map;

/** A service whose thread runs out of memory; its parts say when they are closed. */
final class DiesOfAnError {
  private DiesOfAnError() {}

  public static void main(String[] args) throws Exception {
    Settings settings = new Settings(Map.of(), () -> "ada");
    try (ServiceRuntime runtime = new ServiceRuntime("test", settings, Clock.systemUTC())) {
      runtime.adopt("part", () -> System.out.println("closed"));
      Thread.ofVirtual()
          .start(() -> {
            throw new OutOfMemoryError("as if");
          });
      runtime.awaitStop();
    }
  }
}
