package io.godwit.cli;

import io.godwit.contract.Event;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Shows the events of a migration as lines; byte counts of one step overwrite each other on a
 * terminal and are left out elsewhere, where they would only fill a log.
 */
final class Progress {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final PrintStream out;
  private final boolean terminal;
  private final ZoneId zone;
  private boolean lineOpen;

  Progress(PrintStream out, boolean terminal, ZoneId zone) {
    this.out = out;
    this.terminal = terminal;
    this.zone = zone;
  }

  void show(Event event) {
    boolean counting = event.getTotalBytes() > 0 && event.getDoneBytes() < event.getTotalBytes();
    if (counting && !terminal) {
      return;
    }
    String line =
        "%s  %-13s %-14s %s%s"
            .formatted(
                TIME.format(Instant.ofEpochMilli(event.getAtMs()).atZone(zone)),
                event.getPhase().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                event.getService(),
                event.getMessage(),
                bytes(event));
    if (lineOpen) {
      out.print("\r\u001b[K");
    }
    out.print(line);
    lineOpen = counting;
    if (!counting) {
      out.println();
    }
    out.flush();
  }

  private static String bytes(Event event) {
    if (event.getTotalBytes() == 0) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        " (%.1f of %.1f MiB)",
        event.getDoneBytes() / 1048576.0,
        event.getTotalBytes() / 1048576.0);
  }
}
