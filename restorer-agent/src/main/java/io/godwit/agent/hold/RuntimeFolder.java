package io.godwit.agent.hold;

import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;

/**
 * Where the runtime looks for who awaits a container. It is gone with a restart of the machine, as
 * everything that waits is.
 *
 * @param path {@link #OF_THIS_MACHINE}, which is built into the runtime
 */
public record RuntimeFolder(Path path, Threads threads) implements Awaited {
  /** The one that the runtime knows. */
  public static final RuntimeFolder OF_THIS_MACHINE =
      new RuntimeFolder(Path.of("/run/godwit/runtime"), Threads.SYSTEM);

  private static final FileAttribute<Set<PosixFilePermission>> ROOT_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** A container's socket; the folder is made where it is missing. */
  Path socket(String containerId) throws IOException {
    return Files.createDirectories(path, ROOT_ALONE).resolve(containerId);
  }

  @Override
  public Hold hold(String containerId, Duration atMost) throws IOException {
    return RuntimeHold.on(this, containerId, atMost, threads);
  }

  @Override
  public void forget(String containerId) throws IOException {
    Files.deleteIfExists(path.resolve(containerId));
  }
}
