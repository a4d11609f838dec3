package io.godwit.checkpointer.work;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** CRIU's own log of a dump or a restore. */
final class CriuLog {
  private static final int LINES = 8;

  private CriuLog() {}

  /** Its last errors, each without the time before it; empty when there is no log. */
  static List<String> lastErrors(Path log) {
    if (!Files.exists(log)) {
      return List.of();
    }
    // A log may hold file names in any encoding.
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      List<String> errors =
          lines
              .filter(line -> line.contains("Error ("))
              .map(line -> line.replaceFirst("^\\([0-9.]+\\)\\s*", "").strip())
              .toList();
      return errors.subList(Math.max(0, errors.size() - LINES), errors.size());
    } catch (IOException e) {
      return List.of("the log " + log + " cannot be read: " + e.getMessage());
    }
  }

  /** The errors as an addition to a message. */
  static String words(Path log) {
    List<String> errors = lastErrors(log);
    return errors.isEmpty() ? "" : "\nCRIU said:\n" + String.join("\n", errors);
  }
}
