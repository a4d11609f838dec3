package io.godwit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UsageTest {
  private static final Usage USAGE = new Usage("converter", "grafts checkpoints", "1.2");

  private static Optional<String> answer(String... arguments) {
    return USAGE.answer(arguments);
  }

  @Test
  void runsWhereNothingIsAsked() {
    assertEquals(Optional.empty(), answer());
  }

  @Test
  void helpNamesEverySettingWithWhatHoldsWithoutIt() {
    String help = answer("--help").orElseThrow();
    for (Setting setting : Setting.values()) {
      assertTrue(help.contains(setting.variable() + " "), setting.variable());
    }
    assertTrue(help.contains("bucket for the blobs; created when it is missing (godwit)"), help);
  }

  @Test
  void versionIsOneLine() {
    assertEquals(Optional.of("converter 1.2"), answer("--version"));
  }

  @Test
  void anythingElseIsRefused() {
    String message = assertThrows(SettingsException.class, () -> answer("start")).getMessage();
    assertEquals(
        "'start' is not known: settings come from the environment, see converter --help.", message);
  }

  @Test
  void answersGoWhereTheyAreLookedForAndABadSettingEndsTheProcessWithItsCode() throws Exception {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    List<String> runs = new ArrayList<>();
    for (String[] asked : new String[][] {{"--version"}, {"start"}, {}}) {
      runs.add(
          String.valueOf(
              USAGE.serve(
                  asked, new PrintStream(out), new PrintStream(err), () -> runs.add("runs"))));
    }
    String bad = String.valueOf(ServiceExit.BAD_SETTINGS.code());
    assertEquals(List.of("0", bad, "runs", "0"), runs);
    assertEquals("converter 1.2", out.toString().strip());
    assertTrue(err.toString().startsWith("converter: 'start' is not known"), err.toString());
  }
}
