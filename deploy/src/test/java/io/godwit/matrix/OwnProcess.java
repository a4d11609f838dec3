package io.godwit.matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A process of the test, with its log in a file, to be killed, stopped and started again. */
final class OwnProcess implements AutoCloseable {
  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final String ready;
  private Process process;
  private long logged;

  /**
   * Starts it.
   *
   * @param log its output is appended to it
   * @param ready what it says there when it is up
   */
  OwnProcess(
      String name, List<String> command, Map<String, String> environment, Path log, String ready) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
    this.ready = ready;
    this.process = launch();
  }

  private Process launch() {
    try {
      logged = Files.exists(log) ? Files.size(log) : 0;
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.redirectErrorStream(true);
      builder.redirectInput(Path.of("/dev/null").toFile());
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL; what it had in memory is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGSTOP: it stands still and knows nothing of it. */
  void stop() {
    signal("STOP");
  }

  void goOn() {
    signal("CONT");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it is gone. */
  void awaitEnd() {
    process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Starts it again where it is gone; it need not be ready when this returns. */
  void start() {
    if (!process.isAlive()) {
      process = launch();
    }
  }

  /** Waits until it has said that it is up. */
  OwnProcess awaitReady() {
    awaitSaid(ready);
    return this;
  }

  /** Waits until it has said something since its last start. */
  void awaitSaid(String words) {
    Awaitility.await(name + " to say '" + words + "': see " + log)
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(50))
        .failFast(name + " has ended: see " + log, () -> !process.isAlive())
        .until(() -> said().contains(words));
  }

  /** Its output since its last start. */
  String said() {
    try {
      byte[] all = Files.readAllBytes(log);
      return new String(all, (int) logged, all.length - (int) logged);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    signal("CONT");
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }
}
