package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** deploy/OPERATIONS.md says of every alarm what it means, and every alarm leads there. */
final class OperationsPageTest {
  private static final Pattern ALARM = Pattern.compile("- alert: (\\w+)");
  private static final Pattern LEADS =
      Pattern.compile("runbook_url: deploy/OPERATIONS\\.md#(\\w+)$", Pattern.MULTILINE);
  private static final Pattern HEADING = Pattern.compile("^### (\\w+)$", Pattern.MULTILINE);

  private static List<String> found(Pattern pattern, String file) throws IOException {
    return pattern
        .matcher(Files.readString(Path.of(file)))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  void everyAlarmHasItsSectionInTheSameOrderAndNoSectionIsWithoutOne() throws IOException {
    List<String> alarms = found(ALARM, "prometheus/alerts.yml");
    assertTrue(alarms.size() > 10);
    assertEquals(alarms, found(HEADING, "OPERATIONS.md"));
  }

  @Test
  void everyAlarmLeadsToItsSection() throws IOException {
    assertEquals(
        found(ALARM, "prometheus/alerts.yml").stream()
            .map(alarm -> alarm.toLowerCase(Locale.ROOT))
            .toList(),
        found(LEADS, "prometheus/alerts.yml"));
  }
}
