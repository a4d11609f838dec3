package io.godwit.proc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mount, as a process sees it: a line of {@code /proc/PID/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param point where it is mounted, as seen from the process's root
 * @param options of this mount, not of its file system, such as {@code ro}
 * @param type of the file system, such as {@code overlay}
 */
public record MountInfo(String point, List<String> options, String type) {
  private static final int POINT = 4;
  private static final int OPTIONS = 5;

  /** Fields before it vary in number: the type comes after a lone dash. */
  private static final String DASH = "-";

  private static final Pattern ESCAPE = Pattern.compile("\\\\([01][0-7]{2}|)");

  /** Takes a copy. */
  public MountInfo {
    options = List.copyOf(options);
  }

  /**
   * Reads a table.
   *
   * @param file {@code /proc/PID/mountinfo}
   * @return in the table's order, in which a mount comes after what it lies on
   * @throws IOException when it cannot be read, such as because the process has ended, or has a
   *     line that is none of a mount
   */
  public static List<MountInfo> read(Path file) throws IOException {
    // Names of files are bytes, and a mount's need not be UTF-8.
    String table = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    List<MountInfo> mounts = new ArrayList<>();
    int number = 0;
    for (String line : table.split("\n", -1)) {
      number++;
      if (!line.isEmpty()) {
        mounts.add(parse(line, "%s, line %d".formatted(file, number)));
      }
    }
    return mounts;
  }

  /** Whether nothing can be written through it. */
  public boolean isReadOnly() {
    return options.contains("ro");
  }

  private static MountInfo parse(String line, String where) throws IOException {
    List<String> fields = Arrays.asList(line.split(" ", -1));
    int dash =
        fields.size() <= OPTIONS ? -1 : fields.subList(OPTIONS + 1, fields.size()).indexOf(DASH);
    int type = OPTIONS + 1 + dash + 1;
    if (dash < 0 || type >= fields.size()) {
      throw new IOException(
          "%s: expected a mount, its options, a dash and a type, found: %s".formatted(where, line));
    }
    return new MountInfo(
        unescaped(fields.get(POINT), where),
        List.of(fields.get(OPTIONS).split(",", -1)),
        fields.get(type));
  }

  /** The kernel writes blanks, tabs, line ends and backslashes as octal numbers. */
  private static String unescaped(String field, String where) throws IOException {
    StringBuilder text = new StringBuilder();
    Matcher escape = ESCAPE.matcher(field);
    while (escape.find()) {
      if (escape.group(1).isEmpty()) {
        throw new IOException(
            "%s: expected three octal digits after a backslash, found: %s".formatted(where, field));
      }
      String character = String.valueOf((char) Integer.parseInt(escape.group(1), 8));
      escape.appendReplacement(text, Matcher.quoteReplacement(character));
    }
    return escape.appendTail(text).toString();
  }
}
