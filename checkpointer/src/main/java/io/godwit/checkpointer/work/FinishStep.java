package io.godwit.checkpointer.work;

import io.godwit.checkpointer.freeze.Sight;
import io.godwit.checkpointer.freeze.SourceControl;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.contract.FileTree;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.SharedMemory;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Succeeded: the frozen source is killed where it stands, then removed with its volumes or kept, as
 * asked; its checkpoint goes.
 */
final class FinishStep implements Step<Migration.Succeeded> {
  private static final Logger LOG = LoggerFactory.getLogger(FinishStep.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** About five minutes: what cannot be tidied up by then is the operator's. */
  private static final int TRIES = 16;

  private final DockerEngine engine;
  private final SourceControl control;
  private final SharedMemory sharedMemory;
  private final LeftBehind leftBehind;
  private final Journal journal;
  private final Gate gate;
  private final Sleeper sleeper;

  FinishStep(
      DockerEngine engine,
      SourceControl control,
      SharedMemory sharedMemory,
      LeftBehind leftBehind,
      Journal journal,
      Gate gate,
      Sleeper sleeper) {
    this.engine = engine;
    this.control = control;
    this.leftBehind = leftBehind;
    this.sharedMemory = sharedMemory;
    this.journal = journal;
    this.gate = gate;
    this.sleeper = sleeper;
  }

  @Override
  public Migration run(Migration.Succeeded migration) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int tries = 1; ; tries++) {
      try {
        return gate.settle(migration, finish(migration));
      } catch (IOException e) {
        if (tries >= TRIES && isEnded(migration)) {
          return gate.settle(
              migration,
              "The container runs on the device, but the ended source could not be cleaned up: %s. Do not start it: it would be a second copy"
                  .formatted(e.getMessage()));
        }
        LOG.warn("the source waits to be cleaned up, again in {} ms", pause.toMillis(), e);
        sleeper.sleep(pause);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    }
  }

  private boolean isEnded(Migration.Succeeded migration) throws InterruptedException {
    try {
      return switch (look(migration)) {
        case Sight.Ended _, Sight.Removed _ -> true;
        case Sight.Runs _, Sight.Frozen _, Sight.Stranger _ -> false;
      };
    } catch (IOException e) {
      return false;
    }
  }

  private Sight look(Migration.Succeeded migration) throws IOException, InterruptedException {
    return control.look(
        migration.prepared().source().containerId(), migration.standstill().identity());
  }

  private String finish(Migration.Succeeded migration) throws IOException, InterruptedException {
    String id = migration.prepared().source().containerId();
    return switch (look(migration)) {
      case Sight.Frozen frozen -> {
        control.end(id);
        yield tidied(migration, frozen.container());
      }
      case Sight.Ended ended -> tidied(migration, ended.container());
      case Sight.Removed _ -> {
        release(migration);
        yield removed(migration);
      }
      case Sight.Runs running -> runsOnBoth(running.container());
      case Sight.Stranger stranger -> runsOnBoth(stranger.container());
    };
  }

  private static String runsOnBoth(Container container) {
    return "Container %s RUNS ON BOTH MACHINES: somebody has started or unpaused it here. Decide which one is to live and stop the other"
        .formatted(container.name());
  }

  private String tidied(Migration.Succeeded migration, Container container) throws IOException {
    release(migration);
    if (migration.request().getRemoveSource()) {
      engine.remove(container.id());
      return removed(migration);
    }
    engine.deleteCheckpoint(container.id(), FreezeStep.checkpoint(migration));
    // So that it does not stand in its own way when it comes home.
    leftBehind.sweep(engine);
    leftBehind.note(beforeItWasFrozen(migration), migration.id());
    return "The source container %s is kept, stopped, with restart policy 'no'. Do not start it: it would be a second copy. Remove it with: docker rm -v %s%s"
        .formatted(
            container.name(),
            container.name(),
            volumes(migration).isEmpty()
                ? ""
                : ". Its volumes are kept as they were: " + String.join(", ", volumes(migration)));
  }

  private void release(Migration.Succeeded migration) throws IOException {
    sharedMemory.release(journal.keptFile(migration.id(), TreeSender.HELD));
  }

  private static Container beforeItWasFrozen(Migration.Succeeded migration) throws IOException {
    return Container.parse(
        migration.prepared().preparation().getContainer().getInspectJson().toByteArray());
  }

  /** Its volumes go with it, but those that another container uses. */
  private String removed(Migration.Succeeded migration) throws IOException {
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
  private static List<String> volumes(Migration.Succeeded migration) {
    return migration.prepared().preparation().getTreesList().stream()
        .filter(tree -> tree.getKind() == FileTree.Kind.VOLUME)
        .map(FileTree::getSource)
        .toList();
  }
}
