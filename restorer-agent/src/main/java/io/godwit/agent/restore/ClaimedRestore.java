package io.godwit.agent.restore;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Containers.Role;
import io.godwit.agent.container.Trees;
import io.godwit.agent.proof.Finding;
import io.godwit.agent.proof.RestoreProof;
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

  /** A process whose registers or memory are wrong dies in its first moments. */
  private static final Duration FIRST_MOMENTS = Duration.ofMillis(300);

  /** What CRIU's log of a restore is called. */
  static final String LOG_NAME = "restore";

  private static final Duration ENGINE_PAUSE = Duration.ofSeconds(2);

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

    /** Nothing of it runs, and its container is gone. */
    record Nothing(String reason, List<String> criuSaid) implements Result {
      /** Takes a copy. */
      public Nothing {
        criuSaid = List.copyOf(criuSaid);
      }
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

  /** Starts the container from its checkpoint. */
  Result start(Task task, String containerId) throws InterruptedException {
    MigrationId id = task.id();
    TcpConnections tcp = task.conversion().getOptions().getTcp();
    Optional<String> refusal = Optional.empty();
    try {
      Optional<JsonNode> container = engine.inspect(containerId);
      List<String> options = new ArrayList<>(trees.criuOptions(id, container));
      if (container.isPresent()) {
        options.addAll(readOnlyRoot.options(container.get()));
      }
      containers.startFromCheckpoint(containerId, id, state.images(id), tcp, options, log(id));
    } catch (IOException e) {
      LOG.warn("the start from the checkpoint failed", e);
      refusal = Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }
    return whatRuns(id, task.name(), refusal);
  }

  /**
   * Looks at what runs, and ends it where it is not provably the restored process.
   *
   * @param refusal why the start failed, where it did
   */
  Result whatRuns(MigrationId id, String name, Optional<String> refusal)
      throws InterruptedException {
    while (true) {
      try {
        return look(id, name, refusal);
      } catch (IOException e) {
        // Nobody may say that nothing runs before the Engine has.
        LOG.warn("the Engine does not say what runs; again in {} s", ENGINE_PAUSE.toSeconds(), e);
        sleeper.sleep(ENGINE_PAUSE);
      }
    }
  }

  private Result look(MigrationId id, String name, Optional<String> refusal)
      throws IOException, InterruptedException {
    Optional<JsonNode> container = containers.find(name, id, Role.RESTORED);
    if (container.isEmpty()) {
      return nothing(id, refusal.orElse("The container is not on this device any more."));
    }
    String containerId = container.get().path("Id").asText();
    // Before anything else: it could write meanwhile, or miss what it was started with.
    Optional<String> otherwise =
        readOnlyRoot.ensure(container.get()).or(() -> containers.setAsAtItsStart(container.get()));
    return switch (proof.look(containerId, state.images(id), log(id))) {
      case Finding.Restored restored ->
          otherwise.isPresent()
              ? end(id, name, refusal, otherwise.get())
              : afterItsFirstMoments(id, name, containerId, restored);
      case Finding.Stranger stranger -> end(id, name, refusal, stranger.why());
      case Finding.NothingRuns nothing ->
          end(id, name, Optional.empty(), refusal.orElse(nothing.why()));
    };
  }

  private Result afterItsFirstMoments(
      MigrationId id, String name, String containerId, Finding.Restored restored)
      throws IOException, InterruptedException {
    sleeper.sleep(FIRST_MOMENTS);
    JsonNode now =
        engine
            .inspect(containerId)
            .map(inspect -> inspect.path("State"))
            .orElseThrow(() -> new IOException("the container is being removed"));
    List<String> sentences = new ArrayList<>(restored.proof());
    if (!now.path("Running").asBoolean()) {
      int exit = now.path("ExitCode").asInt();
      if (exit != 0) {
        return end(
            id,
            name,
            Optional.empty(),
            "The restored process ended at once, with exit code %d.".formatted(exit));
      }
      sentences.add("It has come to its own end since, with exit code 0.");
    }
    return new Result.Runs(containerId, sentences, startedAt(now));
  }

  private static Instant startedAt(JsonNode state) throws IOException {
    String at = state.path("StartedAt").asText();
    try {
      return Instant.parse(at);
    } catch (DateTimeParseException e) {
      throw new IOException("State.StartedAt: expected a time, found: " + at, e);
    }
  }

  private Result end(MigrationId id, String name, Optional<String> refusal, String why)
      throws IOException {
    containers.remove(name, id, Role.RESTORED);
    if (containers.isOurs(name, id, Role.RESTORED)) {
      throw new IOException("the container is still being removed");
    }
    return nothing(id, refusal.map(said -> said + " " + why).orElse(why));
  }

  private Result nothing(MigrationId id, String reason) throws IOException {
    return new Result.Nothing(reason, CriuLog.read(log(id)).lastErrors());
  }

  private Path log(MigrationId id) {
    return state.log(id, LOG_NAME);
  }
}
