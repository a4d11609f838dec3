package io.godwit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.e2e.Shell;
import io.godwit.messaging.MigrationLog;
import io.godwit.trace.TraceContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * What a process logs, in either form: one event is one line, and says of which migration it is.
 */
final class LogFormatTest {
  private static final String MIGRATION = "0f8fad5b-d9cb-469f-a165-70867728950e";

  /** The process. */
  static final class Logs {
    private Logs() {}

    public static void main(String[] arguments) {
      try (var _ = MigrationLog.of(MIGRATION)) {
        LoggerFactory.getLogger(Logs.class)
            .warn("two\nlines", new IllegalStateException("cause", new Exception("below")));
      }
    }
  }

  private static String logged(String form) {
    return Shell.run(
            Duration.ofMinutes(1),
            Map.of("GODWIT_LOG_FORMAT", form, "GODWIT_LOG_LEVEL", "INFO"),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Logs.class.getName()))
        .err()
        .strip();
  }

  @Test
  void jsonIsOneObjectALineWithMigrationAndTrace() throws Exception {
    String log = logged("json");
    assertEquals(1, log.lines().count(), log);
    JsonNode line = new ObjectMapper().readTree(log);
    assertEquals("WARN", line.get("level").asText());
    assertEquals("two\nlines", line.get("formattedMessage").asText());
    assertEquals(MIGRATION, line.get("mdc").get("migration").asText());
    assertEquals(
        TraceContext.ofMigration(MIGRATION).traceId(), line.get("mdc").get("trace").asText());
    assertEquals("cause", line.get("throwable").get("message").asText());
  }

  @Test
  void textIsOneLineWithTheMigration() {
    String log = logged("text");
    assertEquals(1, log.lines().count(), log);
    assertTrue(log.contains("WARN  [" + MIGRATION + "] "), log);
    assertTrue(log.contains("below"), log);
  }
}
