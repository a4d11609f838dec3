package io.godwit.checkpointer.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.contract.FileTree;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.SharedMemory;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Succeeded: the source is removed with its volumes or kept, stopped, as asked; its checkpoint
 * goes.
 */
final class FinishStep implements Step {
  private static final Logger LOG = LoggerFactory.getLogger(FinishStep.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration AFTER_NO_ANSWER = Duration.ofSeconds(5);

  private final DockerEngine engine;
  private final SharedMemory sharedMemory;
  private final LeftBehind leftBehind;
  private final Journal journal;
  private final Gate gate;
  private final Sleeper sleeper;

  FinishStep(
      DockerEngine engine,
      SharedMemory sharedMemory,
      LeftBehind leftBehind,
      Journal journal,
      Gate gate,
      Sleeper sleeper) {
    this.engine = engine;
    this.leftBehind = leftBehind;
    this.sharedMemory = sharedMemory;
    this.journal = journal;
    this.gate = gate;
    this.sleeper = sleeper;
  }

  @Override
  public Migration run(Migration migration) throws InterruptedException {
    while (true) {
      try {
        return gate.settle(migration, finish(migration));
      } catch (DockerException e) {
        if (e.status() != 0) {
          return gate.settle(
              migration,
              "The container runs on the device, but the stopped source could not be cleaned up: %s. Do not start it: it would be a second copy"
                  .formatted(e.getMessage()));
        }
        LOG.warn("the source waits to be cleaned up: {}", e.getMessage());
        sleeper.sleep(AFTER_NO_ANSWER);
      } catch (IOException e) {
        return gate.settle(migration, "The source could not be cleaned up: " + e.getMessage());
      }
    }
  }

  private String finish(Migration migration) throws IOException {
    String id = migration.knownSource().containerId();
    sharedMemory.release(journal.keptFile(migration.id(), TreeSender.HELD));
    Optional<SourceContainer> container = engine.inspect(id).map(SourceContainer::new);
    if (container.isEmpty()) {
      return removed(migration);
    }
    if (container.get().runs()) {
      return "Container %s RUNS ON BOTH MACHINES: somebody has started it here. Decide which one is to live and stop the other"
          .formatted(container.get().name());
    }
    if (migration.request().getRemoveSource()) {
      engine.remove(id);
      return removed(migration);
    }
    if (migration.touch().checkpoint().isPresent()) {
      engine.deleteCheckpoint(id, migration.touch().checkpoint().get());
    }
    // So that it does not stand in its own way when it comes home.
    leftBehind.sweep(engine);
    leftBehind.note(beforeItWasFrozen(migration), migration.id());
    return "The source container %s is kept, stopped, with restart policy 'no'. Do not start it: it would be a second copy. Remove it with: docker rm -v %s%s"
        .formatted(
            container.get().name(),
            container.get().name(),
            volumes(migration).isEmpty()
                ? ""
                : ". Its volumes are kept as they were: " + String.join(", ", volumes(migration)));
  }

  private static JsonNode beforeItWasFrozen(Migration migration) throws IOException {
    return JSON.readTree(
        migration.preparation().orElseThrow().getContainer().getInspectJson().toByteArray());
  }

  /** Its volumes go with it, but those that another container uses. */
  private String removed(Migration migration) throws IOException {
    List<String> gone = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    if (migration.request().getRemoveSource()) {
      for (String volume : volumes(migration)) {
        (engine.removeVolume(volume) ? gone : kept).add(volume);
      }
    }
    return "The source container is removed"
        + (gone.isEmpty() ? "" : ", with its volumes " + String.join(", ", gone))
        + (kept.isEmpty()
            ? ""
            : "; kept, as another container uses them: " + String.join(", ", kept));
  }

  /** The names of the volumes that moved along. */
  private static List<String> volumes(Migration migration) {
    return migration.preparation().stream()
        .flatMap(preparation -> preparation.getTreesList().stream())
        .filter(tree -> tree.getKind() == FileTree.Kind.VOLUME)
        .map(FileTree::getSource)
        .toList();
  }
}
