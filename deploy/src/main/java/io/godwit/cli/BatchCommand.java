package io.godwit.cli;

import io.godwit.batch.file.BatchFile;
import io.godwit.batch.file.BatchFileException;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Stage;
import io.godwit.contract.BatchAbort;
import io.godwit.contract.BatchApprove;
import io.godwit.contract.BatchPause;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.BatchResume;
import io.godwit.contract.BatchRetry;
import io.godwit.contract.MemberAborted;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit batch}: many containers at once. */
@Command(
    name = "batch",
    mixinStandardHelpOptions = true,
    description = {
      "Moves many containers in waves, within limits, and says what each wait waits for.",
      "",
      "Exit codes: 0 done: every member runs on its device, or could be moved; 1 some were not moved; "
          + "2 the call's words or the file are off; 3 nobody can say yet; 4 Kafka does not answer; 5 a container "
          + "runs neither here nor there, as far as is known."
    })
final class BatchCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Clock clock = Clock.systemUTC();

  @Command(
      mixinStandardHelpOptions = true,
      description = "Asks for the batch that a file describes, and follows it to its end.")
  int run(
      @Mixin Connection connection,
      @Parameters(paramLabel = "FILE", description = "A batch file (YAML).") Path file,
      @Option(
              names = "--dry-run",
              description =
                  "Plan and look only: every container with its way, device and prediction, or with all reasons why not. Nothing is touched.")
          boolean dryRun,
      @Option(names = "--detach", description = "Only ask for it; do not wait.") boolean detach,
      @Option(names = "--output", paramLabel = "text|json", defaultValue = "text")
          OutputForm output)
      throws IOException {
    BatchRequest.Builder request;
    try {
      request = BatchFile.read(Files.readString(file));
    } catch (BatchFileException e) {
      System.err.printf("%s: %s%n", file, e.getMessage());
      return ExitStatus.USAGE.code();
    } catch (IOException e) {
      System.err.printf("%s cannot be read: %s%n", file, e);
      return ExitStatus.USAGE.code();
    }
    request.setDryRun(dryRun).setRequestedBy(System.getProperty("user.name", ""));
    return new BatchFollowing(connection, clock, output == OutputForm.json)
        .run(request, !detach)
        .code();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Tells all of one batch: its waves, its members, what each wait waits for, and predictions beside what was measured.")
  int status(
      @Mixin Connection connection,
      @Parameters(paramLabel = "BATCH", description = "Its id, the beginning of it, or its name.")
          String batch,
      @Option(names = "--output", paramLabel = "text|json", defaultValue = "text")
          OutputForm output) {
    Batches batches = Batches.read(connection);
    Optional<Batch> found = batches.find(batch);
    found.ifPresent(one -> {
      var view = batches.view(one, clock.instant());
      if (output == OutputForm.json) {
        System.out.println(Json.of(BatchText.tree(view)));
      } else {
        BatchText.print(view, System.out);
      }
    });
    return found.isPresent() ? ExitStatus.DONE.code() : ExitStatus.USAGE.code();
  }

  @Command(mixinStandardHelpOptions = true, description = "Lists the batches.")
  int list(
      @Mixin Connection connection,
      @Option(names = "--output", paramLabel = "text|json", defaultValue = "text")
          OutputForm output) {
    Batches batches = Batches.read(connection);
    Instant now = clock.instant();
    var views = batches.ledger().batches().stream().map(one -> batches.view(one, now)).toList();
    if (output == OutputForm.json) {
      System.out.println(Json.of(views.stream().map(BatchText::tree).toList()));
    } else {
      BatchText.list(views, now, System.out);
    }
    return ExitStatus.DONE.code();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Starts nothing new; what is under way goes on.")
  int pause(
      @Mixin Connection connection,
      @Parameters(paramLabel = "BATCH") String batch,
      @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "") String reason) {
    return say(
        connection,
        batch,
        BatchRecord.newBuilder().setPause(BatchPause.newBuilder().setReason(reason)),
        one -> !one.isOver(),
        "is over already");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Goes on, also where a gate or a stop rule holds it; failures count anew.")
  int resume(@Mixin Connection connection, @Parameters(paramLabel = "BATCH") String batch) {
    return say(
        connection,
        batch,
        BatchRecord.newBuilder().setResume(BatchResume.getDefaultInstance()),
        one -> !one.isOver() && !(one.hold() instanceof Stage.Hold.None),
        "does not stand still");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Lets a planned batch begin that waits for it.")
  int approve(@Mixin Connection connection, @Parameters(paramLabel = "BATCH") String batch) {
    return say(
        connection,
        batch,
        BatchRecord.newBuilder().setApprove(BatchApprove.getDefaultInstance()),
        one -> !one.isOver() && one.wantsApproval(),
        "waits for no approval");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Moves those that failed once more, as a wave of their own, also after the end; never those in doubt.")
  int retry(
      @Mixin Connection connection,
      @Parameters(index = "0", paramLabel = "BATCH") String batch,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "NO",
              description = "Numbers of members as `status` gives them (default: all that failed).")
          @Nullable List<Integer> members) {
    List<Integer> chosen = Optional.ofNullable(members).orElse(List.of());
    return say(
        connection,
        batch,
        BatchRecord.newBuilder().setRetry(BatchRetry.newBuilder().addAllMembers(chosen)),
        one -> !one.spec().dryRun(),
        "was a dry run: run it without --dry-run");
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Starts nothing new, asks every migration under way to be given up, and says what that reached: "
              + "exit code 0 all were given up, 1 some came too late, 3 nobody has answered.")
  int abort(
      @Mixin Connection connection,
      @Parameters(paramLabel = "BATCH") String batch,
      @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "") String reason) {
    Batches batches = Batches.read(connection);
    Optional<Batch> found = batches.find(batch);
    if (found.isEmpty()) {
      return ExitStatus.USAGE.code();
    }
    if (found.get().isOver()) {
      System.out.println("It is over already.");
      return ExitStatus.DONE.code();
    }
    BatchFollowing.say(
        connection,
        clock,
        found.get().id(),
        BatchRecord.newBuilder().setAbort(BatchAbort.newBuilder().setReason(reason)));
    return answer(connection, found.get().id()).code();
  }

  /** What a batch says of an abort, migration by migration. */
  private ExitStatus answer(Connection connection, String id) {
    Batches batches = new Batches();
    Instant until = clock.instant().plus(PATIENCE);
    boolean late = false;
    try (TopicReader<BatchRecord> reader = connection.read(Topic.BATCHES, BatchRecord.parser())) {
      reader.readAll().forEach(batches.ledger()::apply);
      while (clock.instant().isBefore(until)) {
        Optional<Batch> batch = batches.ledger().find(id);
        if (batch.isPresent() && batch.get().stage() instanceof Stage.Over over) {
          System.out.printf("Aborted: %s.%n", String.join(", ", over.messages()));
          return late ? ExitStatus.NOT_MOVED : ExitStatus.DONE;
        }
        for (BatchRecord record : reader.poll()) {
          batches.ledger().apply(record);
          if (record.hasAborted() && record.getBatchId().equals(id)) {
            late |= tell(batches, id, record.getAborted());
          }
        }
      }
    }
    System.err.printf(
        "It is not over within %d s. What was asked for stands in the topic; `godwit batch status %s` tells what comes of it.%n",
        PATIENCE.toSeconds(), id);
    return ExitStatus.IN_DOUBT;
  }

  private static boolean tell(Batches batches, String id, MemberAborted aborted) {
    String name =
        batches
            .ledger()
            .find(id)
            .map(batch -> batch.roster().members().get(aborted.getMember()).name())
            .orElse("");
    System.out.printf(
        "%s: %s (%s)%n", name, aborted.getTooLate() ? "too late" : "in time", aborted.getMessage());
    return aborted.getTooLate();
  }

  private int say(
      Connection connection,
      String batch,
      BatchRecord.Builder word,
      Predicate<Batch> makesSense,
      String otherwise) {
    Optional<Batch> found = Batches.read(connection).find(batch);
    if (found.isEmpty()) {
      return ExitStatus.USAGE.code();
    }
    if (!makesSense.test(found.get())) {
      System.err.printf("Batch %s %s.%n", found.get().id(), otherwise);
      return ExitStatus.USAGE.code();
    }
    BatchFollowing.say(connection, clock, found.get().id(), word);
    System.out.printf("Said to batch %s.%n", found.get().id());
    return ExitStatus.DONE.code();
  }
}
