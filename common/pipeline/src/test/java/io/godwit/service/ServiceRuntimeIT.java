package io.godwit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ServiceRuntimeIT {
  private static final int KILLED_BY_SIGTERM = 128 + 15;

  @Test
  void sigtermClosesThePartsInReverseOrderBeforeTheProcessEnds() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StopsWhenToldTo.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = process.inputReader()) {
      assertEquals("ready", output.readLine());
      process.toHandle().destroy();
      assertEquals("second closed\nfirst closed", output.lines().collect(Collectors.joining("\n")));
      assertTrue(process.waitFor(10, TimeUnit.SECONDS));
      assertEquals(KILLED_BY_SIGTERM, process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void serviceWhoseThreadDiesOfAnErrorClosesItsPartsAndEndsWithItsCode() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DiesOfAnError.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = process.inputReader()) {
      assertTrue(output.lines().toList().contains("closed"));
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
      assertEquals(ServiceExit.CANNOT_GO_ON.code(), process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }
}
