package io.godwit.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A virtual device, handled by the script that users have. */
final class Device {
  private final Path script;
  private final String name;

  Device(Path script, String name) {
    this.script = script;
    this.name = name;
  }

  String name() {
    return name;
  }

  /** Boots it with its agent; the disk of an earlier start is kept. */
  void start(String... options) {
    List<String> command = new ArrayList<>(List.of(script.toString(), "start", name));
    command.addAll(List.of(options));
    Shell.run(Duration.ofMinutes(10), command).orFail();
  }

  Shell.Result exec(String... command) {
    List<String> call = new ArrayList<>(List.of(script.toString(), "exec", name, "--"));
    call.addAll(List.of(command));
    return Shell.run(Duration.ofMinutes(2), call);
  }

  Docker docker() {
    return new Docker(List.of(script.toString(), "exec", name, "--", "docker"));
  }

  /** SIGKILL for its agent, which is not restarted until {@link #restartAgent}. */
  void killAgentForGood() {
    exec("sh", "-c", "touch /run/restorer-agent.held && kill -KILL $(cat /run/restorer-agent.pid)")
        .orFail();
  }

  void restartAgent() {
    exec("godwit-agent", "start").orFail();
  }

  /** Cuts the power. */
  void kill() {
    Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "kill", name)).orFail();
  }

  void remove() {
    Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "kill", name));
    Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "remove", name));
  }

  String console() {
    return Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "logs", name)).out();
  }
}
