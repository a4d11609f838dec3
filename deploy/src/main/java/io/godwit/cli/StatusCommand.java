package io.godwit.cli;

import io.godwit.contract.Decision;
import io.godwit.contract.Event;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.ReportLine;
import io.godwit.contract.Request;
import io.godwit.messaging.Topic;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code godwit status}: all migrations, or all that is known of one. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description =
        "Lists the migrations with the phase each is in, or tells everything about one: what the services said, what the log decided, how long the container stood still, and what to do where nobody can say yet.")
final class StatusCommand implements Callable<Integer> {
  private static final String ROW = "%-36s  %-20s %-28s %-13s %-12s %s%n";

  private final Clock clock = Clock.systemUTC();

  @Mixin private Connection connection = new Connection();

  @Parameters(
      arity = "0..1",
      paramLabel = "MIGRATION",
      description = "A migration's id, or the beginning of it.")
  private @Nullable String migration;

  @Override
  public Integer call() {
    Migrations migrations = Migrations.read(connection);
    return Optional.ofNullable(migration)
        .map(prefix ->
            migrations.find(prefix).map(this::one).orElseGet(() -> ExitStatus.USAGE.code()))
        .orElseGet(() -> all(migrations));
  }

  private int all(Migrations migrations) {
    System.out.printf(ROW, "MIGRATION", "CONTAINER", "FROM -> TO", "PHASE", "SINCE", "LAST WORD");
    migrations.byId().values().stream()
        .sorted(Comparator.comparingLong(StatusCommand::lastAt))
        .forEach(this::row);
    return ExitStatus.DONE.code();
  }

  private static long lastAt(Known known) {
    return Stream.concat(
            known.events().stream().map(Event::getAtMs),
            known.decisions().stream().map(Decision::getAtMs))
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  /** Where every event was dropped, what the log says. */
  private void row(Known known) {
    String since = DevicesCommand.age(clock.millis() - lastAt(known));
    known
        .last()
        .ifPresentOrElse(
            last ->
                System.out.printf(
                    ROW,
                    known.id(),
                    last.getContainer(),
                    last.getHost() + " -> " + last.getDevice(),
                    last.getPhase().name().toLowerCase(Locale.ROOT),
                    since,
                    last.getMessage().replace('\n', ' ')),
            () ->
                System.out.printf(
                    ROW, known.id(), "", "", "", since, Known.words(known.verdict())));
  }

  private int one(Known known) {
    Progress progress = new Progress(System.out, false, ZoneId.systemDefault());
    known.events().forEach(progress::show);
    for (Event event : known.events()) {
      for (ReportLine line : event.getReportList()) {
        System.out.printf(
            "  %-16s %-28s %s -> %s (%s)%n",
            line.getRewrite(), line.getSubject(), line.getFrom(), line.getTo(), line.getWhy());
      }
    }
    known.events().stream()
        .filter(event -> event.getPhasesCount() > 0)
        .reduce((first, second) -> second)
        .ifPresent(event -> PhaseTable.print(event.getPhasesList(), System.out));
    System.out.printf("The log: %s.%n", Known.words(known.verdict()));
    Freeze.of(known.events(), requestedBudget(known.id()), clock.millis())
        .words()
        .ifPresent(System.out::println);
    if (known.inDoubt()) {
      System.out.println(remedy(known));
    }
    return ExitStatus.DONE.code();
  }

  /** What to do where nobody can say yet. */
  static String remedy(Known known) {
    String device = known.last().map(Event::getDevice).orElse("the device");
    return "Nobody can say yet where it runs. See that %s runs and that its restorer-agent reaches Kafka: it looks at what really runs there, and says so. If it is lost for good, look yourself, and say it: godwit resolve %s --ran-on host|device"
        .formatted(device, known.id());
  }

  private Optional<Duration> requestedBudget(String id) {
    try (TopicReader<Request> requests = connection.read(Topic.REQUESTS, Request.parser())) {
      return requests.readAll().stream()
          .flatMap(request ->
              Stream.concat(
                  request.hasMigration() ? Stream.of(request.getMigration()) : Stream.empty(),
                  request.getBatch().getMigrationsList().stream()))
          .filter(request -> request.getMigrationId().equals(id))
          .map(MigrationRequest::getFreezeBudgetMs)
          .findFirst()
          .map(budget -> budget > 0 ? Duration.ofMillis(budget) : Freeze.STANDARD);
    }
  }
}
