package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommandRunnerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CommandRunner commands = CommandRunner.ofProcesses();

  @Test
  void whatAProgramSaysGoesToNoDisk() throws IOException {
    String says = "readlink /proc/self/fd/1; readlink /proc/self/fd/2 >&2";
    CommandRunner.Result result = commands.run(List.of("sh", "-c", says), PATIENCE);
    assertTrue(result.text().startsWith("/dev/shm/"), result.text());
    assertTrue(result.errors().startsWith("/dev/shm/"), result.errors());
  }

  @Test
  void itsExitAndItsWordsAreGiven() throws IOException {
    CommandRunner.Result result =
        commands.run(List.of("sh", "-c", "echo one; echo two >&2; exit 3"), PATIENCE);
    assertEquals(3, result.exit());
    assertEquals("one\n", result.text());
    assertEquals("two", result.errors());
  }

  @Test
  void oneThatDoesNotEndIsKilledAndNamed() {
    IOException failure =
        assertThrows(
            IOException.class, () -> commands.run(List.of("sleep", "60"), Duration.ofMillis(50)));
    assertTrue(String.valueOf(failure.getMessage()).contains("sleep did not end"));
  }
}
