package io.godwit.checkpointer.source;

import io.godwit.docker.Container;
import io.godwit.docker.LinkedMounts;
import io.godwit.docker.UpperLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The program of process 1 under {@code docker run --init}. The Engine mounts its own over a stub
 * in the container's layer; the process goes on in this build of it wherever the container goes, so
 * it is sent along, as a file of the layer.
 */
public final class InitProgram {
  private final ProcFs proc;

  public InitProgram(ProcFs proc) {
    this.proc = proc;
  }

  /**
   * Copies it out of a running container where the Engine has mounted it. A container that was
   * moved here has it in its layer already.
   *
   * @param into a folder for it, to which it is copied under its path in the container
   * @return that path, relative
   */
  public Optional<String> copy(Container container, Path into) throws IOException {
    Optional<HostProcess> first = proc.find(container.firstPid().orElse(0L));
    if (first.isEmpty() || !container.hasInit()) {
      return Optional.empty();
    }
    String path = UpperLayer.of(container).withoutLinks(LinkedMounts.INIT);
    if (proc.mounts(first.get()).stream().noneMatch(mount -> mount.point().equals(path))) {
      return Optional.empty();
    }
    Path copy = into.resolve(path.substring(1));
    Files.createDirectories(copy.getParent());
    ContainerFiles.copy(proc.root(first.get()), path, copy);
    return Optional.of(path.substring(1));
  }
}
