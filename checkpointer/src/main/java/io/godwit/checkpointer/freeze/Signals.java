package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Sends signals to processes of this machine. */
final class Signals {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CommandRunner commands;

  Signals(CommandRunner commands) {
    this.commands = commands;
  }

  /**
   * Sends one to each; that some have ended meanwhile is no failure.
   *
   * @param signal by its name, such as {@code KILL}
   */
  void send(String signal, List<HostProcess> processes) throws IOException {
    if (processes.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    commands.run(command, PATIENCE);
  }
}
