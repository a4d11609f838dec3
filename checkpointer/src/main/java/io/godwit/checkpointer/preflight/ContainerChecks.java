package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.docker.Obstacles;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether the container is one that can be moved, and back again when that fails. */
final class ContainerChecks {
  private static final String OVERLAY = "overlay2";

  private final ProcFs processes;

  ContainerChecks(ProcFs processes) {
    this.processes = processes;
  }

  /** Adds every reason of the container's state and configuration. */
  void configuration(Container container, List<Refusal> refusals) {
    String name = container.name();
    if (!container.runs()) {
      refusals.add(
          new Refusal(
              RefusalKind.CONTAINER_NOT_RUNNING,
              name,
              "Container %s is %s, not running.".formatted(name, container.state().status()),
              container.state().status().equals("paused")
                  ? "Let it go on with: docker unpause " + name
                  : "Start it with: docker start " + name));
    }
    if (container.removedWhenStopped()) {
      refusals.add(
          new Refusal(
              RefusalKind.AUTO_REMOVE,
              name,
              "Container %s was started with --rm: Docker would remove it, with its checkpoint, as soon as it is frozen."
                  .formatted(name),
              "Start it without --rm."));
    }
    if (!container.storageDriver().equals(OVERLAY)) {
      refusals.add(
          new Refusal(
              RefusalKind.STORAGE_DRIVER,
              name,
              "Container %s lies on Docker's storage driver %s."
                  .formatted(name, container.storageDriver()),
              "Godwit reads the files that a container changed from %s; set dockerd to it."
                  .formatted(OVERLAY)));
    }
    refusals.addAll(Obstacles.of(container));
  }

  /** Adds what only the running container shows. */
  void sharedMemory(Container container, List<HostProcess> all, List<Refusal> refusals)
      throws IOException {
    if (all.isEmpty() || !container.ipcMode().equals("host")) {
      return;
    }
    // The machine's own, and every other program's on it.
    Path shm = processes.root(all.getFirst()).resolve("dev/shm");
    try (DirectoryStream<Path> content = Files.newDirectoryStream(shm)) {
      if (content.iterator().hasNext()) {
        refusals.add(
            new Refusal(
                RefusalKind.HOST_IPC,
                container.name(),
                "Container %s has the machine's own /dev/shm (--ipc host) with files in it, which cannot be told apart from other programs'."
                    .formatted(container.name()),
                "Start it with --ipc private or --ipc shareable."));
      }
    }
  }
}
