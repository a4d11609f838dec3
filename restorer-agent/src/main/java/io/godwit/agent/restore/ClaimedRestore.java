package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.container.Trees;
import io.godwit.agent.hold.PendingStart;
import io.godwit.agent.proof.EndOfRestored;
import io.godwit.agent.proof.ProvenStart;
import io.godwit.agent.proof.RestoreProof;
import io.godwit.agent.state.Boot;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CheckpointStart.Answer;
import io.godwit.docker.Container;
import io.godwit.docker.CriuLog;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.Tcp;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to a container's process once the claim stands. Where what runs is not provably the
 * restored process, nothing runs when this returns.
 */
final class ClaimedRestore {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimedRestore.class);

  /** A process whose registers or memory are wrong mostly dies by then. */
  private static final Duration FIRST_MOMENTS = Duration.ofMillis(300);

  /** What CRIU's log of a restore is called. */
  static final String LOG_NAME = "restore";

  private final DockerEngine engine;
  private final Containers containers;
  private final Trees trees;
  private final ProvenStart starts;
  private final StateFolder state;
  private final Sleeper sleeper;

  /** What is known of a start. */
  sealed interface Begun {
    /** What has come of it. */
    record Answered(CheckpointStart.Answer answer) implements Begun {}

    /** Nobody has seen yet what has come of it. */
    record Unseen(String why) implements Begun {}

    /** The same a while later, when other things may run. */
    default Begun later() {
      return switch (this) {
        case Unseen unseen -> unseen;
        case Answered(Answer.Refused refused) -> new Unseen(refused.why());
        case Answered(Answer.Started _),
            Answered(Answer.Ended _),
            Answered(Answer.StrangerRuns _) ->
            new Unseen("The Engine has not said what became of it.");
      };
    }
  }

  /** How it ended. */
  sealed interface Result {
    /**
     * The restored process runs, or has run to its own end.
     *
     * @param since when the Engine had it running
     */
    record Runs(String containerId, List<String> proof, Instant since) implements Result {
      /** Takes a copy. */
      public Runs {
        proof = List.copyOf(proof);
      }
    }

    /** Nothing of it runs, and nothing of it is going to. */
    record Nothing(String reason, List<String> criuSaid) implements Result {
      /** Takes a copy. */
      public Nothing {
        criuSaid = List.copyOf(criuSaid);
      }
    }
  }

  /**
   * A restore that was claimed.
   *
   * @param entry as the journal has it
   * @param task what was to be restored; nothing where that is not known any more
   */
  record Claimed(Journal.Entry entry, Optional<Task> task) {
    MigrationId id() {
      return entry.id();
    }

    Purpose purpose() {
      return Purpose.restore(entry.id(), entry.attempt());
    }

    /** Where it is not known, we had better believe it. */
    boolean changesTheMachine() {
      return task.map(Task::changesTheMachine).orElse(true);
    }
  }

  ClaimedRestore(
      DockerEngine engine,
      Containers containers,
      Trees trees,
      ProvenStart starts,
      StateFolder state,
      Sleeper sleeper) {
    this.engine = engine;
    this.containers = containers;
    this.trees = trees;
    this.starts = starts;
    this.state = state;
    this.sleeper = sleeper;
  }

  /** Starts the container from its checkpoint. */
  Begun start(Task task, String containerId, PendingStart start) throws InterruptedException {
    MigrationId id = task.id();
    try {
      CheckpointStart.Wanted wanted =
          new CheckpointStart.Wanted(
              containerId,
              Containers.checkpointName(id),
              state.images(id),
              log(id),
              Tcp.of(task.conversion().getOptions().getTcp()),
              trees.criuOptions(id));
      return new Begun.Answered(starts.go(start, wanted, task.networks()));
    } catch (IOException e) {
      LOG.warn("the start from the checkpoint failed", e);
      return new Begun.Unseen(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  /**
   * How a start ended; what runs and is not provably the restored process is ended.
   *
   * @throws IOException when the Engine does not say: nobody may say that nothing runs before it
   *     has
   */
  Result look(Claimed claimed, Begun begun) throws IOException, InterruptedException {
    return switch (begun) {
      case Begun.Answered(Answer answer) -> result(claimed, answer);
      case Begun.Unseen(String why) -> {
        Optional<Container> there = containers.find(claimed.purpose());
        yield there.isEmpty()
            ? nothing(claimed.id(), why)
            : result(claimed, look(claimed, there.get(), why));
      }
    };
  }

  /**
   * CRIU's log is forced to no disk: after a power cut it may say nothing of a restore that was.
   * The Engine notes a start only once a process runs, and has noted an end of it, too.
   */
  private Answer look(Claimed claimed, Container there, String why)
      throws IOException, InterruptedException {
    boolean ended = !there.state().running() && EndOfRestored.End.of(there.state()).isPresent();
    return ended && startedAnew(claimed).isPresent()
        ? new Answer.Ended(there, Optional.of(why))
        : starts.look(there.id(), state.images(claimed.id()), log(claimed.id()), Optional.of(why));
  }

  private Result result(Claimed claimed, Answer answer) throws IOException, InterruptedException {
    Optional<Boot> anew = startedAnew(claimed);
    return switch (answer) {
      case Answer.Started _ when anew.isPresent() ->
          end(claimed, "It was started from the beginning since.");
      case Answer.Started started ->
          started.otherwise().isPresent()
              ? end(claimed, started.otherwise().get())
              : afterItsFirstMoments(claimed, started);
      case Answer.Ended(Container container, Optional<String> refusal) -> {
        Optional<EndOfRestored.End> end = EndOfRestored.End.of(container.state());
        yield end.isEmpty()
            ? end(claimed, refusal.orElse("The Engine knows no start of it."))
            : ended(claimed, container.id(), end.get(), List.of(), anew);
      }
      case Answer.StrangerRuns stranger -> end(claimed, stranger.why());
      // The start may still wait in the Engine: of a container that is gone nothing comes.
      case Answer.Refused refused -> end(claimed, refused.why());
    };
  }

  private Result afterItsFirstMoments(Claimed claimed, Answer.Started started)
      throws IOException, InterruptedException {
    sleeper.sleep(FIRST_MOMENTS);
    String id = started.container().id();
    Optional<Container> now = engine.inspect(id);
    if (now.isEmpty()) {
      return end(claimed, "The container was removed by another hand.");
    }
    Container.State state = now.get().state();
    EndOfRestored.End end =
        EndOfRestored.End.of(state)
            .orElseThrow(
                () -> new IOException("the Engine does not say when the container was started"));
    return state.running()
        ? new Result.Runs(id, started.proof(), end.started())
        : ended(claimed, id, end, started.proof(), Optional.empty());
  }

  /** Its container stays until the log has the outcome: it may have been told before. */
  private Result ended(
      Claimed claimed,
      String containerId,
      EndOfRestored.End end,
      List<String> proof,
      Optional<Boot> anew)
      throws IOException {
    Optional<String> failure = EndOfRestored.failure(end, claimed.changesTheMachine(), anew);
    if (failure.isPresent()) {
      return nothing(claimed.id(), failure.get());
    }
    List<String> sentences = new ArrayList<>(proof);
    if (sentences.isEmpty()) {
      sentences.add(RestoreProof.FINISHED);
    }
    sentences.add("It has come to its own end since, with exit code %d.".formatted(end.exitCode()));
    return new Result.Runs(containerId, sentences, end.started());
  }

  /** The present run of the machine, where it is known to be another than that of the start. */
  private Optional<Boot> startedAnew(Claimed claimed) {
    String then = claimed.entry().boot();
    return then.isEmpty() || then.equals(state.boot().id())
        ? Optional.empty()
        : Optional.of(state.boot());
  }

  private Result end(Claimed claimed, String why) throws IOException, InterruptedException {
    containers.remove(claimed.entry().container(), claimed.purpose());
    return nothing(claimed.id(), why);
  }

  private Result nothing(MigrationId id, String reason) throws IOException {
    return new Result.Nothing(reason, CriuLog.read(log(id)).lastErrors());
  }

  private Path log(MigrationId id) {
    return state.log(id, LOG_NAME);
  }
}
