package io.godwit.agent.hold;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the Engine's containers are created by: the first runc on the PATH of its containerd, which
 * shims inherit. That is asked whether it is the runtime that can hold a container.
 */
public final class EngineRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(EngineRuntime.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What the runtime that this agent knows answers to {@code runc godwit}. */
  private static final String KNOWN = "godwit-runtime 1";

  /** The system's, and the one that dockerd starts where there is none. */
  private static final List<String> CONTAINERDS =
      List.of("/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock");

  private final Path proc;
  private final CommandRunner commands;

  /**
   * @param proc {@code /proc} but in tests
   */
  public EngineRuntime(Path proc, CommandRunner commands) {
    this.proc = proc;
    this.commands = commands;
  }

  /**
   * Whether containers of an Engine can be held.
   *
   * @param engine where it listens; it is on another machine unless that is a Unix socket
   */
  public boolean holds(URI engine) {
    try {
      Optional<Path> runc =
          "unix".equals(engine.getScheme())
              ? containerd(Path.of(engine.getPath())).flatMap(this::runc)
              : Optional.empty();
      if (runc.isEmpty()) {
        return false;
      }
      CommandRunner.Result said = commands.run(List.of(runc.get().toString(), "godwit"), PATIENCE);
      return said.exit() == 0 && said.text().strip().equals(KNOWN);
    } catch (IOException e) {
      LOG.warn("it cannot be told what the Engine's containers are created by", e);
      return false;
    }
  }

  private Optional<Path> containerd(Path engine) throws IOException {
    Optional<Path> dockerd = listener("dockerd", engine);
    if (dockerd.isEmpty()) {
      return Optional.empty();
    }
    List<String> sockets = new ArrayList<>(asked(dockerd.get()).stream().toList());
    sockets.addAll(CONTAINERDS);
    for (String socket : sockets) {
      Optional<Path> containerd = listener("containerd", Path.of(socket));
      if (containerd.isPresent()) {
        return containerd;
      }
    }
    return Optional.empty();
  }

  /** The containerd that dockerd was told of. */
  private static Optional<String> asked(Path dockerd) throws IOException {
    List<String> words = words(dockerd.resolve("cmdline"));
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i).replaceFirst("^--?containerd(=|$)", "\0");
      if (word.equals("\0") && i + 1 < words.size()) {
        return Optional.of(words.get(i + 1));
      }
      if (word.startsWith("\0")) {
        return Optional.of(word.substring(1));
      }
    }
    return Optional.empty();
  }

  /** The process of a name that has a listening socket (unix(7), proc_net(5)). */
  private Optional<Path> listener(String name, Path socket) throws IOException {
    List<String> inodes = new ArrayList<>();
    for (String line : Files.readAllLines(proc.resolve("net/unix"), StandardCharsets.ISO_8859_1)) {
      String[] words = line.split(" +", 8);
      if (words.length == 8 && isSame(words[7], socket)) {
        inodes.add("socket:[" + words[6] + "]");
      }
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : all) {
        if (isNamed(process, name) && hasOneOf(process, inodes)) {
          return Optional.of(process);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    return Optional.empty();
  }

  /** /var/run is a link to /run. */
  private static boolean isSame(String one, Path other) {
    return one.replaceFirst("^/var/run/", "/run/")
        .equals(other.toString().replaceFirst("^/var/run/", "/run/"));
  }

  private static boolean isNamed(Path process, String name) {
    try {
      return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
          .strip()
          .equals(name);
    } catch (IOException ended) {
      return false;
    }
  }

  private static boolean hasOneOf(Path process, List<String> inodes) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (inodes.contains(Files.readSymbolicLink(file).toString())) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException ended) {
      return false;
    }
  }

  private Optional<Path> runc(Path containerd) {
    try {
      for (String variable : words(containerd.resolve("environ"))) {
        if (variable.startsWith("PATH=")) {
          for (String folder : variable.substring(5).split(":", -1)) {
            Path runc = Path.of("/", folder, "runc");
            if (Files.isExecutable(runc)) {
              return Optional.of(runc);
            }
          }
        }
      }
    } catch (IOException ended) {
      LOG.debug("{} has ended", containerd, ended);
    }
    return Optional.empty();
  }

  private static List<String> words(Path file) throws IOException {
    return List.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\0", -1));
  }
}
