package io.godwit.e2e;

import java.util.List;

/** A machine that containers leave and reach: this one, or a virtual one. */
sealed interface Machine permits Device, ThisMachine {
  /** As host and as device: what {@code godwit migrate --from} and {@code --to} take. */
  String name();

  Docker docker();

  /** Runs a command on it. */
  Shell.Result exec(String... command);

  /** Where this machine finds a port that a container publishes there, at 127.0.0.1. */
  int reach(int port);

  /** SIGKILL for services, one or both; they stay away until {@link #startServices}. */
  void killServices(Service... services);

  /** Starts services that were killed; returns before they are ready. */
  void startServices(Service... services);

  /** What a machine runs. */
  enum Service {
    AGENT("godwit-agent", "restorer-agent"),
    CHECKPOINTER("godwit-checkpointer", "checkpointer");

    private final String control;
    private final String program;

    Service(String control, String program) {
      this.control = control;
      this.program = program;
    }

    /** The command that controls it in a virtual machine. */
    String control() {
      return control;
    }

    /** SIGKILL for it in a virtual machine, where nobody starts it again. */
    List<String> kill() {
      return List.of(
          "sh", "-c", "touch /run/%1$s.held && kill -KILL $(cat /run/%1$s.pid)".formatted(program));
    }
  }
}
