package io.godwit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** {@code godwit standalone} as a process of its own, so that it can be killed like one. */
final class Standalone implements AutoCloseable {
  private final Path program;
  private final Path data;
  private final List<String> options;
  private final Map<String, String> environment;
  private Process process;

  /**
   * @param environment settings beside the options
   */
  Standalone(Path program, Path data, List<String> options, Map<String, String> environment) {
    this.program = program;
    this.data = data;
    this.options = options;
    this.environment = Map.copyOf(environment);
    this.process = start();
  }

  /** SIGKILL: what it had in memory is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  void restart() {
    process = start();
  }

  /** Everything it has logged since the first start. */
  String log() {
    try {
      return Files.readString(logFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process start() {
    try {
      Files.createDirectories(data);
      long logged = Files.exists(logFile()) ? Files.size(logFile()) : 0;
      ProcessBuilder builder = new ProcessBuilder(program.toString(), "standalone");
      builder.command().addAll(options);
      builder.environment().putAll(Map.of("JAVA_HOME", System.getProperty("java.home")));
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
      Process started = builder.start();
      Awaitility.await("standalone to be ready: see " + logFile())
          .atMost(Duration.ofMinutes(2))
          .failFast("standalone has ended", () -> !started.isAlive())
          .until(() -> log().substring((int) logged).contains("Ready."));
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path logFile() {
    return data.resolve("standalone.log");
  }

  @Override
  public void close() {
    process.destroy();
    if (!process
        .onExit()
        .completeOnTimeout(process, 30, java.util.concurrent.TimeUnit.SECONDS)
        .join()
        .isAlive()) {
      return;
    }
    kill();
  }
}
