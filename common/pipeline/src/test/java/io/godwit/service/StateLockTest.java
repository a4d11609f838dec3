package io.godwit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-26T12:00:00Z"), ZoneOffset.UTC);

  @TempDir private Path folder;

  @Test
  void folderIsTakenOnceAndIsFreeAgainAfterwards() throws Exception {
    Path state = folder.resolve("new/agent");
    try (StateLock _ = StateLock.take(state, NOON)) {
      String refusal =
          assertThrows(SettingsException.class, () -> StateLock.take(state, NOON).close())
              .getMessage();
      String who = "pid %d, since 2026-11-26T12:00:00Z".formatted(ProcessHandle.current().pid());
      assertTrue(refusal.contains(who), refusal);
      assertEquals(who + "\n", Files.readString(state.resolve(StateLock.FILE)));
    }
    StateLock.take(state, NOON).close();
  }

  @Test
  void killedProcessLeavesNoLockBehind() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldsAFolder.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = other.inputReader()) {
      assertEquals("held", output.readLine());
      String refusal =
          assertThrows(SettingsException.class, () -> StateLock.take(folder, NOON).close())
              .getMessage();
      assertTrue(refusal.contains("pid " + other.pid()), refusal);
    } finally {
      other.destroyForcibly();
    }
    assertTrue(other.waitFor(10, TimeUnit.SECONDS));
    StateLock.take(folder, NOON).close();
  }
}
