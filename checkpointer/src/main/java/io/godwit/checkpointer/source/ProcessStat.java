package io.godwit.checkpointer.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code /proc/PID/stat} of a process (proc_pid_stat(5)). */
final class ProcessStat {
  /** Field 2 is the name in parentheses, which may itself hold parentheses and blanks. */
  private static final Pattern STAT = Pattern.compile("\\d+ \\(.*\\) (.*)", Pattern.DOTALL);

  private static final int FIRST_FIELD = 3;
  private static final int STATE = 3;
  private static final int PARENT = 4;
  private static final int SESSION = 6;
  private static final int TERMINAL = 7;
  private static final int THREADS = 20;
  private static final int START_TICKS = 22;

  private final Path file;
  private final String[] fields;

  private ProcessStat(Path file, String[] fields) {
    this.file = file;
    this.fields = fields;
  }

  /**
   * Reads it.
   *
   * @param process its folder in {@code /proc}
   */
  static ProcessStat read(Path process) throws IOException {
    Path file = process.resolve("stat");
    String stat = Files.readString(file, StandardCharsets.ISO_8859_1);
    Matcher matcher = STAT.matcher(stat);
    if (!matcher.matches()) {
      throw new IOException("%s is not as expected: %s".formatted(file, stat));
    }
    return new ProcessStat(file, matcher.group(1).strip().split(" ", -1));
  }

  /** Whether it has ended, and its parent has not heard of it. */
  boolean isZombie() throws IOException {
    return field(STATE).equals("Z");
  }

  /** The pid of its parent, 0 where that is in no namespace that is seen from here. */
  long parent() throws IOException {
    return number(PARENT);
  }

  /** The pid of its session's leader. */
  long session() throws IOException {
    return number(SESSION);
  }

  boolean hasTerminal() throws IOException {
    return !field(TERMINAL).equals("0");
  }

  int threads() throws IOException {
    return Math.toIntExact(number(THREADS));
  }

  /** When it started, in clock ticks since boot. */
  long startTicks() throws IOException {
    return number(START_TICKS);
  }

  private long number(int field) throws IOException {
    return Long.parseUnsignedLong(field(field));
  }

  /** A field, counted from 1 as the manual does, from 3 on. */
  private String field(int number) throws IOException {
    int index = number - FIRST_FIELD;
    if (index >= fields.length) {
      throw new IOException(
          "%s has no field %d: %s".formatted(file, number, String.join(" ", fields)));
    }
    return fields[index];
  }
}
