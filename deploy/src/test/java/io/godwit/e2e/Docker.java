package io.godwit.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Docker Engine by its command line: this machine's, or a device's through {@link Device#docker}.
 */
public final class Docker {
  private final List<String> prefix;

  public Docker(List<String> prefix) {
    this.prefix = List.copyOf(prefix);
  }

  public static Docker ofThisMachine() {
    return new Docker(List.of("docker"));
  }

  public Shell.Result run(String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(arguments));
    return Shell.run(Duration.ofMinutes(2), command);
  }

  /** The lines that the container has printed. */
  public List<String> logs(String container) {
    return run("logs", container).orFail().lines().toList();
  }

  /** It executes: to the Engine a paused one runs as well, and here it does not. */
  public boolean isRunning(String container) {
    return says("{{.State.Running}} {{.State.Paused}}", "true false", container);
  }

  /** It is there no more, or stopped. */
  boolean hasEnded(String container) {
    return !says("{{.State.Running}}", "true", container);
  }

  private boolean says(String format, String words, String container) {
    Shell.Result state = run("inspect", "--format", format, container);
    return state.exit() == 0 && state.out().strip().equals(words);
  }

  public String inspect(String container, String format) {
    return run("inspect", "--format", format, container).orFail().strip();
  }

  public void remove(String container) {
    run("rm", "--force", "--volumes", container);
  }
}
