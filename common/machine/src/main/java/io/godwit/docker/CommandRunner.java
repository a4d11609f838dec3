package io.godwit.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs other programs, by their argument lists and never through a shell. */
@FunctionalInterface
public interface CommandRunner {
  /**
   * How a program ended.
   *
   * @param exit its exit code
   * @param output what it wrote to stdout
   * @param errors what it wrote to stderr
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares two.
  record Result(int exit, byte[] output, String errors) {
    /** Stdout as text. */
    public String text() {
      return new String(output, StandardCharsets.UTF_8);
    }
  }

  /**
   * Runs a program to its end.
   *
   * @throws IOException when it cannot be started or does not end in time (it is killed then)
   */
  Result run(List<String> command, Duration atMost) throws IOException;

  /** Runs real processes, with {@code LC_ALL=C.UTF-8} so that their words do not vary. */
  static CommandRunner ofProcesses() {
    return CommandRunner::runProcess;
  }

  private static Result runProcess(List<String> command, Duration atMost) throws IOException {
    // Files, not pipes: a program that writes a lot to both can never block on us.
    Path output = scratch(".out");
    Path errors = scratch(".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      builder.environment().put("LC_ALL", "C.UTF-8");
      Process process = builder.start();
      if (!waitFor(process, atMost)) {
        process.destroyForcibly();
        throw new IOException(
            "%s did not end within %d s".formatted(command.getFirst(), atMost.toSeconds()));
      }
      return new Result(
          process.exitValue(),
          Files.readAllBytes(output),
          new String(Files.readAllBytes(errors), StandardCharsets.UTF_8).strip());
    } finally {
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
    }
  }

  /** In memory: what a frozen source goes on by must not wait for a disk that is full or hangs. */
  private static Path scratch(String suffix) throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
        ? Files.createTempFile(memory, "godwit-command", suffix)
        : Files.createTempFile("godwit-command", suffix);
  }

  private static boolean waitFor(Process process, Duration atMost) throws IOException {
    try {
      return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while another program ran", e);
    }
  }
}
