package io.godwit.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * CRIU's own log of one dump or restore.
 *
 * @param lines as CRIU wrote them; none where there is no log
 */
public record CriuLog(List<String> lines) {
  /** CRIU's last word when every task goes on (criu/cr-restore.c). */
  private static final String RESTORED = "Restore finished successfully";

  private static final Pattern MADE = Pattern.compile("PID: real (\\d{1,10}) virt (\\d{1,10})$");

  private static final int ERRORS_SHOWN = 12;

  /** Takes a copy. */
  public CriuLog {
    lines = List.copyOf(lines);
  }

  /** The log in a file; an empty one where there is no such file. */
  public static CriuLog read(Path file) throws IOException {
    try {
      // File names in it may be in any encoding.
      return new CriuLog(
          new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines().toList());
    } catch (NoSuchFileException e) {
      return new CriuLog(List.of());
    }
  }

  /** Whether CRIU says that this restore came to its end. */
  public boolean restored() {
    return lines.stream().anyMatch(line -> line.contains(RESTORED));
  }

  /**
   * The number on this machine of the process that CRIU made for one of the checkpoint; no process
   * that was started otherwise has it (criu/cr-restore.c, at verbosity 4).
   *
   * @param dumped its number in its own namespace, as in the images
   */
  public OptionalLong realPid(long dumped) {
    return lines.stream()
        .map(MADE::matcher)
        .filter(made -> made.find() && Long.parseLong(made.group(2)) == dumped)
        .mapToLong(made -> Long.parseLong(made.group(1)))
        .reduce((_, last) -> last);
  }

  /**
   * The last errors, without the time before each, and before the first of all the line that led to
   * it: CRIU often names the file there and only the trouble in the error.
   */
  public List<String> lastErrors() {
    List<String> errors = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains("Error (")) {
        if (errors.isEmpty() && i > 0) {
          errors.add(withoutTime(lines.get(i - 1)));
        }
        errors.add(withoutTime(lines.get(i)));
      }
    }
    return List.copyOf(errors.subList(Math.max(0, errors.size() - ERRORS_SHOWN), errors.size()));
  }

  /** The last errors in a file as an addition to a message; nothing where there are none. */
  public static String words(Path file) {
    try {
      List<String> errors = read(file).lastErrors();
      return errors.isEmpty() ? "" : "\nCRIU said:\n" + String.join("\n", errors);
    } catch (IOException e) {
      return "\nCRIU's log " + file + " cannot be read: " + e.getMessage();
    }
  }

  private static String withoutTime(String line) {
    return line.replaceFirst("^\\([0-9. ]+\\)\\s*", "").strip();
  }
}
