package io.godwit.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files that the Engine mounts into a container from where a link stands, such as /etc/localtime,
 * or docker-init where a distribution made a link of it. CRIU clones the link's own mount instead
 * of what it leads to, and gives up ("Can't remount … with MS_PRIVATE"; criu/mount-v2.c binds with
 * AT_SYMLINK_NOFOLLOW). So it is told where they lead to: {@code runc.conf} comes before what runc
 * asked for.
 */
public final class LinkedMounts {
  /** Where a container has docker-init under {@code --init} (moby, daemon/oci_linux.go). */
  public static final String INIT = "/sbin/docker-init";

  /** Where an Engine looks for it (moby, daemon/config/config_linux.go), before its PATH. */
  private static final List<String> FOLDERS =
      List.of(
          "/usr/local/libexec/docker",
          "/usr/libexec/docker",
          "/usr/local/lib/docker",
          "/usr/lib/docker",
          "/usr/local/libexec",
          "/usr/libexec",
          "/usr/local/lib",
          "/usr/lib",
          "/usr/local/sbin",
          "/usr/local/bin",
          "/usr/sbin",
          "/usr/bin",
          "/sbin",
          "/bin");

  private LinkedMounts() {}

  /**
   * The lines for {@code runc.conf} at a restore.
   *
   * @param container that is to be started from a checkpoint
   */
  static List<String> options(DockerEngine engine, Container container) throws IOException {
    UpperLayer root = UpperLayer.of(container);
    List<String> options = new ArrayList<>();
    for (Mount mount : container.mounts()) {
      if (mount instanceof Mount.Bind bind && Files.isSymbolicLink(Path.of(bind.source()))) {
        options.add(option(root, bind.destination(), Path.of(bind.source())));
      }
    }
    if (container.hasInit()) {
      Optional<Path> init = initProgram(engine);
      if (init.isPresent() && Files.isSymbolicLink(init.get())) {
        options.add(option(root, INIT, init.get()));
      }
    }
    return options;
  }

  /** The machine's docker-init, as its Engine finds it. */
  public static Optional<Path> initProgram(DockerEngine engine) throws IOException {
    String name = engine.info().initProgram();
    return Stream.concat(Stream.of("/"), FOLDERS.stream())
        .map(folder -> Path.of(folder).resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** runc names a mount to CRIU by where it is when no link is on the way to it. */
  private static String option(UpperLayer root, String destination, Path source)
      throws IOException {
    return "external mnt[%s]:%s".formatted(root.withoutLinks(destination), source.toRealPath());
  }
}
