package io.godwit.cli;

import io.godwit.contract.Event;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.MoveOptions;
import io.godwit.contract.Phase;
import io.godwit.contract.Request;
import io.godwit.contract.TcpConnections;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.service.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code godwit migrate}: publishes the request that any Kafka client could, and follows the
 * migration's events to its end.
 */
@Command(
    name = MigrateCommand.NAME,
    mixinStandardHelpOptions = true,
    description = {
      "Moves a running container to a device and waits for the outcome.",
      "",
      "Exit codes: 0 the container runs on the device; 1 it was not moved and runs here as before; "
          + "2 the call's words are off; 3 nobody can say yet (see `godwit status`); 4 Kafka or the "
          + "checkpointer does not answer; 5 it runs neither here nor there, as far as is known."
    })
final class MigrateCommand implements Callable<Integer> {
  static final String NAME = "migrate";

  /** A line of its own for scripts: what follows are the kinds, which stay as they are. */
  static final String REFUSED = "Refused: ";

  private final Set<String> refused = new LinkedHashSet<>();

  /** A checkpointer says Pending within a second or two; after this long the user wants a hint. */
  private static final Duration HINT_AFTER = Duration.ofSeconds(15);

  /** What may pass after the deadline until the checkpointer has rolled back and said so. */
  private static final Duration ROLL_BACK_TIME = Duration.ofMinutes(2);

  private final Clock clock = Clock.systemUTC();

  @Mixin private Connection connection = new Connection();

  @Parameters(
      paramLabel = "CONTAINER",
      description = "Name or id of the container on the source host.")
  private String container = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DEVICE",
      description = "The device; `godwit devices` lists them.")
  private String device = "";

  @Option(
      names = "--from",
      paramLabel = "HOST",
      description =
          "The host whose checkpointer has the container (default: $GODWIT_HOST, else this machine's name).")
  private @Nullable String host;

  @Option(names = "--watch", description = "Show every step and the time in each phase.")
  private boolean watch;

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      defaultValue = "900s",
      converter = Durations.class,
      description =
          "Give up and let the container run on here after this long (default: ${DEFAULT-VALUE}).")
  private Duration deadline = Duration.ofMinutes(15);

  @Option(
      names = "--freeze-budget",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = Durations.class,
      description =
          "Let the container run on here when it has stood still for this long and no device has claimed it (default: ${DEFAULT-VALUE}).")
  private Duration freezeBudget = Freeze.STANDARD;

  @Option(
      names = "--not-after",
      paramLabel = "TIME",
      converter = Durations.class,
      description =
          "Do not begin later than this from now: a host that was away leaves it (default: the deadline).")
  private @Nullable Duration notAfter;

  @Option(
      names = "--remove-source",
      description =
          "Remove the stopped container here once it runs on the device (it is kept otherwise).")
  private boolean removeSource;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The container's name on the device (default: the name that it has).")
  private String name = "";

  @Option(
      names = "--tcp",
      paramLabel = "close|keep",
      defaultValue = "close",
      description =
          "Established TCP connections: close them, so that their peers connect again, or keep them, where the addresses stay (default: ${DEFAULT-VALUE}).")
  private Tcp tcp = Tcp.close;

  @Option(
      names = "--allow-cpu-difference",
      description =
          "Move although the device's CPU lacks features that the programs may have chosen to use: they may die there.")
  private boolean allowCpuDifference;

  @Option(
      names = "--replace-files",
      description =
          "Replace what lies on the device in volumes and folders that the container brings along.")
  private boolean replaceFiles;

  /** The words of {@code --tcp}. */
  private enum Tcp {
    close(TcpConnections.CLOSE),
    keep(TcpConnections.KEEP);

    private final TcpConnections connections;

    Tcp(TcpConnections connections) {
      this.connections = connections;
    }
  }

  private MoveOptions options() {
    return MoveOptions.newBuilder()
        .setName(name)
        .setTcp(tcp.connections)
        .setAllowCpuDifference(allowCpuDifference)
        .setReplaceFiles(replaceFiles)
        .build();
  }

  @Override
  public Integer call() {
    Settings settings = connection.settings();
    String source = Optional.ofNullable(host).orElseGet(settings::host);
    String id = UUID.randomUUID().toString();
    MigrationRequest request =
        MigrationRequest.newBuilder()
            .setMigrationId(id)
            .setHost(source)
            .setContainer(container)
            .setDevice(device)
            .setRemoveSource(removeSource)
            .setDeadlineMs(deadline.toMillis())
            .setFreezeBudgetMs(freezeBudget.toMillis())
            .setNotAfterMs(
                clock.millis() + Optional.ofNullable(notAfter).orElse(deadline).toMillis())
            .setRequestedBy(System.getProperty("user.name", ""))
            .setOptions(options())
            .build();
    try (TopicReader<Event> events = connection.read(Topic.EVENTS, Event.parser());
        KafkaMessaging kafka = KafkaMessaging.of(settings)) {
      events.skipToEnd();
      return publishAndFollow(kafka.publisher(), events, request).code();
    }
  }

  /** From here on nobody knows by an exception whether the migration goes on. */
  private ExitStatus publishAndFollow(
      Publisher publisher, TopicReader<Event> events, MigrationRequest request) {
    String id = request.getMigrationId();
    try {
      publisher.publish(
          Topic.REQUESTS, request.getHost(), Request.newBuilder().setMigration(request).build());
      System.out.printf(
          "Migration %s: %s from %s to %s%n", id, container, request.getHost(), device);
      return follow(events, request);
    } catch (RuntimeException e) {
      System.err.printf(
          "What becomes of the migration %s is not known here: %s. `godwit status %s` tells.%n",
          id, e.getMessage(), id);
      return ExitStatus.IN_DOUBT;
    }
  }

  private ExitStatus follow(TopicReader<Event> events, MigrationRequest request) {
    long asked = clock.millis();
    Progress progress =
        new Progress(System.out, Terminal.find().isPresent(), ZoneId.systemDefault());
    boolean heard = false;
    boolean hinted = false;
    boolean doubted = false;
    while (true) {
      for (Event event : events.poll()) {
        if (!event.getMigrationId().equals(request.getMigrationId())) {
          continue;
        }
        heard = true;
        event.getRefusalsList().forEach(why -> refused.add(why.getKind()));
        if (watch) {
          progress.show(event);
        }
        if (event.getPhase() == Phase.IN_DOUBT && !event.getEnded() && !doubted) {
          doubted = true;
          System.err.println(
              StatusCommand.remedy(new Known(request.getMigrationId(), List.of(event), List.of())));
        }
        Optional<ExitStatus> end = Outcome.of(event);
        if (end.isPresent()) {
          conclude(event, end.get());
          return end.get();
        }
      }
      long waited = clock.millis() - asked;
      if (!heard && !hinted && waited > HINT_AFTER.toMillis()) {
        hinted = true;
        System.err.printf(
            "No checkpointer has answered for host %s yet. Is one running there with GODWIT_HOST=%s?%n",
            request.getHost(), request.getHost());
      }
      if (waited > request.getDeadlineMs() + ROLL_BACK_TIME.toMillis()) {
        System.err.printf(
            "The deadline has passed and no outcome was heard. `godwit status %s` shows the last word.%n",
            request.getMigrationId());
        return heard ? ExitStatus.IN_DOUBT : ExitStatus.UNREACHABLE;
      }
    }
  }

  private void conclude(Event event, ExitStatus status) {
    if (watch && event.getPhasesCount() > 0) {
      PhaseTable.print(event.getPhasesList(), System.out);
    }
    switch (status) {
      case DONE -> System.out.printf("%s runs on %s. %s%n", container, device, event.getMessage());
      case NOT_MOVED -> System.err.printf("%s was not moved: %s%n", container, event.getMessage());
      case RUNS_NOWHERE ->
          System.err.printf(
              "%s does not run anywhere, as far as is known: %s%n", container, event.getMessage());
      case IN_DOUBT, USAGE, UNREACHABLE ->
          System.err.printf("Where %s runs is not known: %s%n", container, event.getMessage());
    }
    if (status == ExitStatus.NOT_MOVED && !refused.isEmpty()) {
      System.err.printf("%s%s%n", REFUSED, String.join(", ", refused));
    }
  }
}
