package io.godwit.cli;

import io.godwit.contract.Event;
import io.godwit.contract.ReportLine;
import io.godwit.messaging.Topic;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code godwit status}: all migrations, or all that is known of one. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Lists the migrations with the phase each is in, or tells everything about one.")
final class StatusCommand implements Callable<Integer> {
  @Mixin private Connection connection = new Connection();

  @Parameters(
      arity = "0..1",
      paramLabel = "MIGRATION",
      description = "A migration's id, or the beginning of it.")
  private @Nullable String migration;

  @Override
  public Integer call() {
    try (TopicReader<Event> reader = connection.read(Topic.EVENTS, Event.parser())) {
      Map<String, List<Event>> byMigration = new LinkedHashMap<>();
      for (Event event : reader.readAll()) {
        byMigration.computeIfAbsent(event.getMigrationId(), id -> new ArrayList<>()).add(event);
      }
      return Optional.ofNullable(migration)
          .map(prefix -> one(byMigration, prefix))
          .orElseGet(() -> all(byMigration));
    }
  }

  private static int all(Map<String, List<Event>> byMigration) {
    Clock clock = Clock.systemUTC();
    String row = "%-36s  %-20s %-28s %-13s %-12s %s%n";
    System.out.printf(row, "MIGRATION", "CONTAINER", "FROM -> TO", "PHASE", "SINCE", "LAST WORD");
    byMigration.values().stream()
        .map(List::getLast)
        .sorted((a, b) -> Long.compare(a.getAtMs(), b.getAtMs()))
        .forEach(last ->
            System.out.printf(
                row,
                last.getMigrationId(),
                last.getContainer(),
                last.getHost() + " -> " + last.getDevice(),
                last.getPhase().name().toLowerCase(Locale.ROOT),
                DevicesCommand.age(clock.millis() - last.getAtMs()),
                last.getMessage().replace('\n', ' ')));
    return ExitStatus.DONE.code();
  }

  private static int one(Map<String, List<Event>> byMigration, String prefix) {
    List<String> ids = byMigration.keySet().stream().filter(id -> id.startsWith(prefix)).toList();
    if (ids.size() != 1) {
      System.err.println(
          ids.isEmpty()
              ? "No migration begins with " + prefix + "; `godwit status` lists them."
              : "Several migrations begin with " + prefix + ": " + String.join(", ", ids));
      return ExitStatus.USAGE.code();
    }
    List<Event> events = byMigration.getOrDefault(ids.getFirst(), List.of());
    Progress progress = new Progress(System.out, false, ZoneId.systemDefault());
    events.forEach(progress::show);
    for (Event event : events) {
      for (ReportLine line : event.getReportList()) {
        System.out.printf(
            "  %-16s %-28s %s -> %s (%s)%n",
            line.getRewrite(), line.getSubject(), line.getFrom(), line.getTo(), line.getWhy());
      }
    }
    events.stream()
        .filter(event -> event.getPhasesCount() > 0)
        .reduce((first, second) -> second)
        .ifPresent(event -> PhaseTable.print(event.getPhasesList(), System.out));
    return ExitStatus.DONE.code();
  }
}
