package io.godwit.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.cli.Godwit;
import io.godwit.service.Settings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** The godwit command in this JVM. */
final class Command {
  private Command() {}

  /** Runs it against a lab's broker and topics, and returns what it printed, errors included. */
  static String godwit(Settings settings, int expected, String... words) {
    String[] all =
        Stream.concat(
                Arrays.stream(words),
                Stream.of("--kafka", settings.kafka(), "--topic-prefix", settings.topicPrefix()))
            .toArray(String[]::new);
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int code;
    try (PrintStream both = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(both);
      System.setErr(both);
      code = Godwit.run(all);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    String text = printed.toString(StandardCharsets.UTF_8);
    assertEquals(expected, code, text);
    return text;
  }
}
