package io.godwit.matrix;

import io.godwit.e2e.Docker;
import io.godwit.e2e.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * A Docker Engine that the test may kill, beside the machine's: its own folders, its own containerd
 * as a service of its own (one that dockerd starts dies with it), no network. Its containers and
 * their shims outlive it.
 */
final class OwnEngine implements AutoCloseable {
  /** With "none" it would remove docker0, under which the machine's Engine has its containers. */
  private static final String BRIDGE = "godwit-matrix";

  private final Path folder;
  private final Map<String, String> environment;
  private final Docker docker;
  private final OwnProcess containerd;
  private Optional<OwnProcess> daemon = Optional.empty();

  /**
   * @param folder on a disk that overlay2 works on; its path is short, for there are sockets in it
   */
  OwnEngine(Path folder) {
    this(folder, Map.of());
  }

  /**
   * @param environment more of it, for both: runtimes are looked up on its PATH
   */
  OwnEngine(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = Map.copyOf(environment);
    this.docker = new Docker(List.of("docker", "--host", "unix://" + socket()));
    try {
      // The machine's own configuration is not for this one.
      Files.writeString(folder.resolve("daemon.json"), "{}\n");
      Files.writeString(
          folder.resolve("containerd.toml"),
          """
          version = 2
          root = "%1$s/croot"
          state = "%1$s/cstate"
          disabled_plugins = ["io.containerd.grpc.v1.cri"]
          [grpc]
          address = "%1$s/csock"
          """
              .formatted(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // An address for documentation: nobody's route leads there.
    ip("link delete " + BRIDGE);
    ip("link add " + BRIDGE + " type bridge").orFail();
    ip("address add 198.51.100.1/24 dev " + BRIDGE).orFail();
    containerd =
        new OwnProcess(
            "containerd",
            List.of("containerd", "--config", folder.resolve("containerd.toml").toString()),
            environment,
            folder.resolve("containerd.log"),
            "containerd successfully booted");
    containerd.awaitReady();
    start(true);
  }

  Path socket() {
    return folder.resolve("sock");
  }

  Docker docker() {
    return docker;
  }

  /**
   * Starts it.
   *
   * @param keepsContainers live-restore: without it, an Engine that starts ends what still runs
   */
  void start(boolean keepsContainers) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "dockerd",
                "--experimental",
                "--config-file=" + folder.resolve("daemon.json"),
                "--data-root=" + folder.resolve("data"),
                "--exec-root=" + folder.resolve("exec"),
                "--containerd=" + folder.resolve("csock"),
                "--pidfile=" + folder.resolve("pid"),
                "--host=unix://" + socket(),
                "--bridge=" + BRIDGE,
                "--iptables=false",
                "--ip-forward=false"));
    if (keepsContainers) {
      command.add("--live-restore");
    }
    OwnProcess started =
        new OwnProcess(
            "dockerd", command, environment, folder.resolve("dockerd.log"), "API listen on");
    daemon = Optional.of(started);
  }

  void awaitReady() {
    Awaitility.await("the Engine to answer: see " + folder.resolve("dockerd.log"))
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> docker.run("version").exit() == 0);
  }

  /** SIGKILL for dockerd alone. */
  void kill() {
    daemon.orElseThrow().kill();
  }

  void awaitEnd() {
    daemon.orElseThrow().awaitEnd();
  }

  boolean isAlive() {
    return daemon.filter(OwnProcess::isAlive).isPresent();
  }

  /**
   * The first processes of containers, whatever the Engine knows of them: living children of its
   * containerd's shims.
   */
  List<ProcessHandle> living() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.parent().filter(this::isShim).isPresent())
        .filter(OwnEngine::lives)
        .toList();
  }

  /** The creates of containers that wait for their images. */
  List<ProcessHandle> waiting() {
    return living().stream()
        .filter(process ->
            process
                .info()
                .arguments()
                .filter(words -> List.of(words).contains("create"))
                .isPresent())
        .toList();
  }

  private boolean isShim(ProcessHandle process) {
    try {
      String command = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
      return command.contains("containerd-shim") && command.contains(folder.toString());
    } catch (IOException ended) {
      return false;
    }
  }

  private static boolean lives(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException ended) {
      return false;
    }
  }

  /** Removes every container, and ends it with its containerd. */
  @Override
  public void close() {
    if (!isAlive()) {
      start(true);
    }
    awaitReady();
    docker.run("ps", "--all", "--quiet", "--no-trunc").orFail().lines().forEach(docker::remove);
    daemon.orElseThrow().close();
    containerd.close();
    ip("link delete " + BRIDGE);
    // One that was killed has left its folder mounted onto itself.
    Shell.run(Duration.ofSeconds(20), List.of("umount", folder.resolve("data").toString()));
  }

  private static Shell.Result ip(String arguments) {
    return Shell.run(Duration.ofSeconds(20), List.of(("ip " + arguments).split(" ")));
  }
}
