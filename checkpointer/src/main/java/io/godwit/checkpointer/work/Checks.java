package io.godwit.checkpointer.work;

import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.CheckRequest;
import io.godwit.contract.ContainerChecked;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Reason;
import io.godwit.isa.Isa;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.WireRefusals;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import io.godwit.service.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of containers whether they could be moved, by looking alone, one after the other. Nothing is
 * kept of the questions: who hears no answer asks again.
 */
public final class Checks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checks.class);
  private static final Duration A_WHILE = Duration.ofMinutes(1);
  private static final Duration STOP = Duration.ofSeconds(10);

  /** A question of a batch. */
  private record Question(String batch, int member, MigrationRequest request) {}

  private final String host;
  private final Isa isa;
  private final Preflight preflight;
  private final Path folder;
  private final Publisher publisher;
  private final Clock clock;
  private final ConcurrentLinkedQueue<Question> questions = new ConcurrentLinkedQueue<>();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final Threads.Bell bell;
  private final Threads.Started looking;
  private volatile boolean closing;

  /**
   * Starts.
   *
   * @param folder for copies of executables, emptied after each look
   */
  public Checks(
      String host,
      Isa isa,
      Preflight preflight,
      Path folder,
      Publisher publisher,
      Clock clock,
      Threads threads) {
    this.host = host;
    this.isa = isa;
    this.preflight = preflight;
    this.folder = folder;
    this.publisher = publisher;
    this.clock = clock;
    this.bell = threads.bell();
    this.looking = threads.start("checks", this::run);
  }

  /** Takes questions; one that waits already is the same. */
  public void ask(CheckRequest request) {
    for (CheckRequest.Item item : request.getItemsList()) {
      Question question = new Question(request.getBatchId(), item.getMember(), item.getMigration());
      if (waiting.add(key(question))) {
        questions.add(question);
      }
    }
    bell.ring();
  }

  private static String key(Question question) {
    return question.batch() + "/" + question.member();
  }

  private void run() {
    try {
      while (!closing) {
        Optional<Question> next = Optional.ofNullable(questions.poll());
        if (next.isPresent()) {
          answer(next.get());
        } else {
          bell.await(A_WHILE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Question question) {
    try {
      publisher.publish(
          Topic.BATCHES,
          question.batch(),
          BatchRecord.newBuilder()
              .setBatchId(question.batch())
              .setAtMs(clock.millis())
              .setBy("checkpointer of " + host)
              .setChecked(look(question))
              .build());
    } catch (Throwable e) {
      // Errors, too: the next one may be answered, and for this one somebody asks again.
      LOG.warn("{} was not checked: {}", question.request().getContainer(), e.toString());
    } finally {
      waiting.remove(key(question));
    }
  }

  private ContainerChecked look(Question question) throws IOException {
    MigrationRequest request = question.request();
    ContainerChecked.Builder answer =
        ContainerChecked.newBuilder()
            .setMember(question.member())
            .setHost(host)
            .setDevice(request.getDevice());
    Path work = folder.resolve(request.getMigrationId());
    try {
      Files.createDirectories(work);
      Preflight.Found found = preflight.look(request, work);
      answer
          .setWay(found.targetIsa() == isa ? "same ISA" : "other ISA, native")
          .setFreezeMs(Forecast.unrehearsed(found.memory()).toMillis())
          .setMemoryBytes(found.memory())
          .setBytes(found.bytes())
          .addAllWarnings(found.warnings());
    } catch (RefusedException e) {
      answer.addAllRefusals(WireRefusals.of(e.refusals()));
    } catch (IOException e) {
      answer.addRefusals(
          Reason.newBuilder()
              .setKind(RefusalKind.OTHER.word())
              .setSubject(request.getContainer())
              .setSentence("It cannot be looked at: %s.".formatted(e.getMessage())));
    } finally {
      delete(work);
    }
    return answer.build();
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** What is asked still is asked again by who wants to know it. */
  @Override
  public void close() {
    closing = true;
    bell.ring();
    looking.stop(STOP);
  }
}
