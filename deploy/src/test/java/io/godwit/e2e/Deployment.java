package io.godwit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The services as docker-compose.yml puts them beside each other, under a project, a machine's name
 * and ports of their own.
 */
final class Deployment implements AutoCloseable {
  static final String MACHINE = "e2e-compose";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Path STATE = Path.of("/var/lib/godwit/e2e-compose");

  private final Path root;
  private final Map<String, String> environment = new TreeMap<>();
  private final int prometheus = Device.freePort();

  private Deployment(Path root) {
    this.root = root;
    environment.put("COMPOSE_PROJECT_NAME", "godwit-e2e");
    environment.put("GODWIT_HOST", MACHINE);
    environment.put("GODWIT_STATE_DIR", STATE.toString());
    environment.put("GODWIT_PROMETHEUS_PORT", Integer.toString(prometheus));
    for (String port : List.of("KAFKA", "DEVICE_KAFKA", "S3")) {
      environment.put("GODWIT_" + port + "_PORT", Integer.toString(Device.freePort()));
    }
  }

  /** Makes what is missing, brings it up, and waits until every service is ready. */
  static Deployment up(Path root) {
    Deployment deployment = new Deployment(root);
    deployment.script("deploy/workloads/images.sh", "deploy/target/workloads");
    deployment.script("deploy/images/build.sh");
    deployment.script("deploy/compose/secrets.sh");
    try {
      Files.createDirectories(Path.of("/var/lib/godwit/programs"));
      deployment.removeState();
      deployment.compose("up", "--wait").orFail();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (AssertionError e) {
      deployment.close();
      throw e;
    }
    return deployment;
  }

  Shell.Result compose(String... words) {
    List<String> command = new ArrayList<>(List.of("docker", "compose", "--project-directory"));
    command.add(root.toString());
    command.addAll(List.of(words));
    return Shell.run(PATIENCE, environment, command);
  }

  /** The command, from its image. */
  Shell.Result godwit(String... words) {
    List<String> command = new ArrayList<>(List.of("run", "--rm", "--no-TTY", "godwit"));
    command.addAll(List.of(words));
    return compose(command.toArray(String[]::new));
  }

  /** The containers of a service. */
  List<String> containers(String service) {
    return compose("ps", "--quiet", service).orFail().lines().toList();
  }

  /** SIGKILL for the process, not by the Engine's word: so the Engine starts it again. */
  void kill(String container) {
    String pid = Docker.ofThisMachine().inspect(container, "{{.State.Pid}}");
    Shell.run(PATIENCE, List.of("kill", "-KILL", pid)).orFail();
  }

  /** What a variable of docker-compose.yml is here. */
  String setting(String variable) {
    return environment.get(variable);
  }

  /** Where Prometheus answers, once it was brought up. */
  String prometheus() {
    return "http://127.0.0.1:" + prometheus;
  }

  private void script(String name, String... words) {
    List<String> command = new ArrayList<>(List.of(root.resolve(name).toString()));
    for (String word : words) {
      command.add(root.resolve(word).toString());
    }
    Shell.run(Duration.ofMinutes(20), environment, command).orFail();
  }

  private void removeState() {
    Shell.run(PATIENCE, List.of("rm", "-rf", STATE.toString())).orFail();
  }

  /** With its volumes; what the services have logged stays in target/compose.log. */
  @Override
  public void close() {
    try {
      Files.writeString(
          root.resolve("deploy/target/compose.log"),
          compose("--profile", "*", "logs", "--no-color").out());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      compose("--profile", "*", "down", "--volumes", "--timeout", "20");
      removeState();
    }
  }
}
