package io.godwit.checkpointer;

import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.MigrationObserver;
import io.godwit.checkpointer.work.Inbox;
import io.godwit.checkpointer.work.Worker;
import io.godwit.contract.Abort;
import io.godwit.contract.AbortRequest;
import io.godwit.contract.Attempt;
import io.godwit.contract.Decision;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Request;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Received;
import io.godwit.messaging.Verdict;
import io.godwit.trace.TraceContext;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests. A migration is in the journal before its record's offset is committed; one that
 * is there already is the same one, so a record may be seen any number of times.
 */
public final class Requests {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  /** Docker's names and ids; the first character keeps a name from looking like an option. */
  private static final Pattern CONTAINER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,254}");

  /** How long a request holds that does not say it. */
  private static final Duration HOLDS = Duration.ofDays(1);

  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private final String host;
  private final Journal journal;
  private final Worker worker;
  private final DecisionLog log;
  private final Inbox inbox;
  private final MigrationObserver observer;
  private final Clock clock;

  public Requests(
      String host,
      Journal journal,
      Worker worker,
      DecisionLog log,
      Inbox inbox,
      MigrationObserver observer,
      Clock clock) {
    this.host = host;
    this.journal = journal;
    this.worker = worker;
    this.log = log;
    this.inbox = inbox;
    this.observer = observer;
    this.clock = clock;
  }

  /** Handles a request that is written at this moment. */
  public void handle(String key, Request request) throws PoisonException, IOException {
    handle(clock.instant(), request);
  }

  /**
   * Handles the record of one request.
   *
   * @param writtenAt when its record was written: from then on it holds for so long as it says
   * @throws PoisonException when it asks for nothing that could ever be done; says what is wrong
   * @throws IOException when the journal cannot be written
   */
  public void handle(Instant writtenAt, Request request) throws PoisonException, IOException {
    switch (request.getKindCase()) {
      case MIGRATION -> accept(List.of(timely(request.getMigration(), writtenAt)));
      case BATCH ->
          accept(
              request.getBatch().getMigrationsList().stream()
                  .map(migration -> timely(migration, writtenAt))
                  .toList());
      case ABORT -> abort(request.getAbort());
      case CHECK -> {
        // Answered by Checks, which keeps nothing of it.
      }
      case KIND_NOT_SET ->
          throw new PoisonException(
              "a request that is neither a migration, a batch nor an abort; this version knows no other");
    }
  }

  /** In the trace that its record names, where it does not name one itself: it is kept so. */
  static Request traced(Request request, Received record) {
    Optional<TraceContext> named =
        Optional.ofNullable(record.headers().get(TraceContext.HEADER)).flatMap(TraceContext::parse);
    return request.hasMigration() && request.getMigration().getTraceparent().isEmpty()
        ? named.map(trace -> in(trace, request)).orElse(request)
        : request;
  }

  private static Request in(TraceContext trace, Request request) {
    return request.toBuilder()
        .setMigration(request.getMigration().toBuilder().setTraceparent(trace.header()))
        .build();
  }

  /** A host that was off for days must not carry out what nobody waits for any more. */
  private static MigrationRequest timely(MigrationRequest request, Instant writtenAt) {
    return request.getNotAfterMs() == 0
        ? request.toBuilder().setNotAfterMs(writtenAt.plus(HOLDS).toEpochMilli()).build()
        : request;
  }

  // All of a batch are checked before any is accepted: half a batch is never begun by mistake.
  private void accept(List<MigrationRequest> requests) throws PoisonException, IOException {
    List<String> wrong = new ArrayList<>();
    requests.forEach(request -> check(request, wrong));
    if (!wrong.isEmpty()) {
      throw new PoisonException(String.join("; ", wrong));
    }
    for (MigrationRequest request : requests) {
      Migration migration = Migration.accepted(request, clock.instant());
      if (journal.accept(migration)) {
        observer.entered(migration, migration.order().lastMessage());
        worker.begin(migration);
      } else {
        LOG.info("migration {} is known already", migration.id());
        // It may have been journaled by a run of this handler that failed before it began.
        worker.resume(migration.id());
        if (!request.getBatchId().isEmpty()) {
          // Who asks again has missed what was said.
          journal.find(migration.id()).ifPresent(observer::saidAgain);
        }
      }
    }
  }

  private void check(MigrationRequest request, List<String> wrong) {
    String id = request.getMigrationId();
    if (!Journal.isId(id)) {
      wrong.add(
          "migration_id '%s' is not a UUID in lower-case hexadecimal with dashes".formatted(id));
    }
    if (!request.getHost().equals(host)) {
      wrong.add(
          "migration %s names host '%s' and its record has the key of host '%s'; both must be the host that has the container"
              .formatted(id, request.getHost(), host));
    }
    if (!CONTAINER.matcher(request.getContainer()).matches()) {
      wrong.add(
          "migration %s names container '%s', which is no name or id of one"
              .formatted(id, request.getContainer()));
    }
    if (!DEVICE.matcher(request.getDevice()).matches()) {
      wrong.add(
          "migration %s names device '%s', which is no name of one"
              .formatted(id, request.getDevice()));
    }
    if (request.getDeadlineMs() < 0) {
      wrong.add("migration %s has a deadline that no clock reaches".formatted(id));
    }
  }

  /** One that comes before its request stands in the log all the same, and is obeyed then. */
  private void abort(AbortRequest request) throws PoisonException, IOException {
    String id = request.getMigrationId();
    if (!Journal.isId(id)) {
      throw new PoisonException(
          "migration_id '%s' is not a UUID in lower-case hexadecimal with dashes".formatted(id));
    }
    Optional<Migration> migration = journal.find(id);
    if (migration.filter(Migration::settled).isPresent()) {
      LOG.info("migration {} is at an end already: {}", id, migration.get().state());
      return;
    }
    List<Decision> decisions =
        log.append(
            Decision.newBuilder()
                .setMigrationId(id)
                .setAtMs(clock.millis())
                .setAbort(
                    Abort.newBuilder()
                        .setBy("operator")
                        .setReason(
                            request.getReason().isEmpty() ? "asked for" : request.getReason()))
                .build());
    Optional<Attempt> attempt = journal.find(id).flatMap(Requests::attempt);
    if (attempt.isPresent() && !(Verdict.of(decisions, attempt.get()) instanceof Verdict.Aborted)) {
      migration.ifPresent(known ->
          observer.entered(
              known, "too late to be aborted: the device's claim came first, and the log decides"));
    }
    inbox.wake(id);
  }

  /** What somebody may have claimed already. */
  private static Optional<Attempt> attempt(Migration migration) {
    return migration instanceof Migration.Published published
        ? Optional.of(published.checkpoint().getAttempt())
        : Optional.empty();
  }
}
