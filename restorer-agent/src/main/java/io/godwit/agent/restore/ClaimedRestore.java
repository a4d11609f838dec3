package io.godwit.agent.restore;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.container.Trees;
import io.godwit.agent.proof.EndOfRestored;
import io.godwit.agent.proof.Finding;
import io.godwit.agent.proof.RestoreProof;
import io.godwit.agent.state.Boot;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.contract.TcpConnections;
import io.godwit.docker.CriuLog;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.ReadOnlyRoot;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to a container's process once the claim stands. Whatever the Engine says, it is
 * looked at what really runs; and where that is not provably the restored process, nothing runs
 * when this returns.
 */
final class ClaimedRestore {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimedRestore.class);

  /** A process whose registers or memory are wrong mostly dies by then. */
  private static final Duration FIRST_MOMENTS = Duration.ofMillis(300);

  /** What CRIU's log of a restore is called. */
  static final String LOG_NAME = "restore";

  private static final Duration GLANCE = Duration.ofMillis(100);
  private static final int GLANCES = 50;

  private final DockerEngine engine;
  private final Containers containers;
  private final Trees trees;
  private final RestoreProof proof;
  private final ReadOnlyRoot readOnlyRoot;
  private final StateFolder state;
  private final Sleeper sleeper;

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
      RestoreProof proof,
      ReadOnlyRoot readOnlyRoot,
      StateFolder state,
      Sleeper sleeper) {
    this.engine = engine;
    this.containers = containers;
    this.trees = trees;
    this.proof = proof;
    this.readOnlyRoot = readOnlyRoot;
    this.state = state;
    this.sleeper = sleeper;
  }

  /**
   * Starts the container from its checkpoint.
   *
   * @return why the Engine did not, in its words; that it says nothing proves nothing
   */
  Optional<String> start(Task task, String containerId) {
    MigrationId id = task.id();
    TcpConnections tcp = task.conversion().getOptions().getTcp();
    try {
      Optional<JsonNode> container = engine.inspect(containerId);
      List<String> options = new ArrayList<>(trees.criuOptions(id, container));
      if (container.isPresent()) {
        options.addAll(readOnlyRoot.options(container.get()));
      }
      containers.startFromCheckpoint(containerId, id, state.images(id), tcp, options, log(id));
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("the start from the checkpoint failed", e);
      return Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  /**
   * Looks at what runs, and ends it where it is not provably the restored process.
   *
   * @param refusal why the start failed, where it did
   * @throws IOException when the Engine does not say: nobody may say that nothing runs before it
   *     has
   */
  Result look(Claimed claimed, Optional<String> refusal) throws IOException, InterruptedException {
    Optional<JsonNode> container = containers.find(claimed.purpose());
    if (container.isEmpty()) {
      return nothing(claimed.id(), refusal.orElse("The container is not on this device any more."));
    }
    String containerId = container.get().path("Id").asText();
    Path images = state.images(claimed.id());
    Optional<Boot> anew = startedAnew(claimed);
    for (int glances = 0; glances < GLANCES; glances++) {
      // Before anything else: it could write meanwhile, or miss what it was started with.
      Optional<String> otherwise =
          readOnlyRoot
              .ensure(container.get())
              .or(() -> containers.setAsAtItsStart(container.get()));
      switch (proof.look(containerId, images, log(claimed.id()))) {
        case Finding.Restored _ when anew.isPresent() -> {
          return end(claimed, refusal, "It was started from the beginning since.");
        }
        case Finding.Restored restored -> {
          return otherwise.isPresent()
              ? end(claimed, refusal, otherwise.get())
              : afterItsFirstMoments(claimed, containerId, restored);
        }
        case Finding.Ended ended -> {
          return ended(claimed, containerId, ended, List.of(), anew);
        }
        case Finding.Stranger stranger -> {
          return end(claimed, refusal, stranger.why());
        }
        case Finding.NothingRuns nothing -> {
          // The start may still wait in the Engine: of a container that is gone nothing comes.
          return end(claimed, Optional.empty(), refusal.orElse(nothing.why()));
        }
        case Finding.Ending _ -> sleeper.sleep(GLANCE);
      }
    }
    throw new IOException("the Engine does not notice that the process has ended");
  }

  private Result afterItsFirstMoments(
      Claimed claimed, String containerId, Finding.Restored restored)
      throws IOException, InterruptedException {
    sleeper.sleep(FIRST_MOMENTS);
    Optional<JsonNode> now = engine.inspect(containerId).map(inspect -> inspect.path("State"));
    if (now.isEmpty()) {
      return end(claimed, Optional.empty(), "The container was removed by another hand.");
    }
    if (now.get().path("Running").asBoolean()) {
      return new Result.Runs(containerId, restored.proof(), startedAt(now.get()));
    }
    return switch (RestoreProof.ended(now.get())) {
      case Finding.Ended ended ->
          ended(claimed, containerId, ended, restored.proof(), Optional.empty());
      case Finding.Restored _, Finding.Stranger _, Finding.NothingRuns _, Finding.Ending _ ->
          throw new IOException("the Engine does not say when the container was started");
    };
  }

  /** Its container stays until the log has the outcome: it may have been told before. */
  private Result ended(
      Claimed claimed,
      String containerId,
      Finding.Ended end,
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

  private static Instant startedAt(JsonNode state) throws IOException {
    String at = state.path("StartedAt").asText();
    try {
      return Instant.parse(at);
    } catch (DateTimeParseException e) {
      throw new IOException("State.StartedAt: expected a time, found: " + at, e);
    }
  }

  private Result end(Claimed claimed, Optional<String> refusal, String why)
      throws IOException, InterruptedException {
    containers.remove(claimed.entry().container(), claimed.purpose());
    return nothing(claimed.id(), refusal.map(said -> said + " " + why).orElse(why));
  }

  private Result nothing(MigrationId id, String reason) throws IOException {
    return new Result.Nothing(reason, CriuLog.read(log(id)).lastErrors());
  }

  private Path log(MigrationId id) {
    return state.log(id, LOG_NAME);
  }
}
