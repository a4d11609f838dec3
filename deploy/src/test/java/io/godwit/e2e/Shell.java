package io.godwit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands of this machine as a person at a terminal would, each with a bound on its time. */
public final class Shell {
  private Shell() {}

  /** How a command ended. */
  public record Result(int exit, String out, String err) {
    /** What it printed; fails with all of it when the command did. */
    public String orFail() {
      if (exit != 0) {
        throw new AssertionError("exit code " + exit + "\n" + out + "\n" + err);
      }
      return out;
    }
  }

  public static Result run(Duration atMost, List<String> command) {
    return run(atMost, Map.of(), command);
  }

  public static Result run(Duration atMost, Map<String, String> environment, List<String> command) {
    try {
      Path out = Files.createTempFile("godwit-e2e", ".out");
      Path err = Files.createTempFile("godwit-e2e", ".err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(
              command + " did not end within " + atMost + "\n" + read(out) + "\n" + read(err));
        }
        return new Result(process.exitValue(), read(out), read(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + command, e);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
