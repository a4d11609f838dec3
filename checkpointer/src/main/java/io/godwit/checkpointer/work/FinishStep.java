package io.godwit.checkpointer.work;

import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.source.SourceContainer;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Succeeded: the source is removed or kept, stopped, as asked; its checkpoint goes. */
final class FinishStep implements Step {
  private static final Logger LOG = LoggerFactory.getLogger(FinishStep.class);
  private static final Duration AFTER_NO_ANSWER = Duration.ofSeconds(5);

  private final DockerEngine engine;
  private final Gate gate;
  private final Sleeper sleeper;

  FinishStep(DockerEngine engine, Gate gate, Sleeper sleeper) {
    this.engine = engine;
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
    Optional<SourceContainer> container = engine.inspect(id).map(SourceContainer::new);
    if (container.isEmpty()) {
      return "The source container is removed";
    }
    if (container.get().runs()) {
      return "Container %s RUNS ON BOTH MACHINES: somebody has started it here. Decide which one is to live and stop the other"
          .formatted(container.get().name());
    }
    if (migration.request().getRemoveSource()) {
      engine.remove(id);
      return "The source container is removed";
    }
    if (migration.touch().checkpoint().isPresent()) {
      engine.deleteCheckpoint(id, migration.touch().checkpoint().get());
    }
    return "The source container %s is kept, stopped, with restart policy 'no'. Do not start it: it would be a second copy. Remove it with: docker rm %s"
        .formatted(container.get().name(), container.get().name());
  }
}
