package io.godwit.service;

import java.nio.file.Path;
import java.time.Clock;

/** A process that has a state folder until it is killed. */
final class HoldsAFolder {
  private HoldsAFolder() {}

  public static void main(String[] args) throws Exception {
    try (StateLock _ = StateLock.take(Path.of(args[0]), Clock.systemUTC())) {
      System.out.println("held");
      Thread.sleep(60_000);
    }
  }
}
