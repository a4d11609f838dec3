package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Keeps a network namespace from the world, by a chain of its own before all other rules, with the
 * programs that CRIU locks a network by itself (criu/net.c). The kernel answers for a frozen
 * program's sockets as for any other: what it acknowledged after the dump would be in no image, and
 * the peer would not send it again.
 */
final class NetworkHold {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final String CHAIN = "GODWIT-HOLD";

  /** {@code $1} is the program. */
  private static final String HOLD =
      """
      set -e
      "$1" -w 5 -n -L CHAIN >/dev/null 2>&1 || "$1" -w 5 -N CHAIN
      "$1" -w 5 -F CHAIN
      "$1" -w 5 -A CHAIN -i lo -j RETURN
      "$1" -w 5 -A CHAIN -o lo -j RETURN
      "$1" -w 5 -A CHAIN -j DROP
      for hook in INPUT OUTPUT; do
        "$1" -w 5 -C $hook -j CHAIN 2>/dev/null || "$1" -w 5 -I $hook -j CHAIN
      done
      """
          .replace("CHAIN", CHAIN);

  private static final String RELEASE =
      """
      "$1" -w 5 -n -L CHAIN >/dev/null 2>&1 || exit 0
      for hook in INPUT OUTPUT; do
        while "$1" -w 5 -D $hook -j CHAIN 2>/dev/null; do :; done
      done
      "$1" -w 5 -F CHAIN && "$1" -w 5 -X CHAIN
      """
          .replace("CHAIN", CHAIN);

  private final ProcFs processes;
  private final CommandRunner commands;

  NetworkHold(ProcFs processes, CommandRunner commands) {
    this.processes = processes;
    this.commands = commands;
  }

  /**
   * Lets nothing through.
   *
   * @param process any one in the namespace
   */
  void hold(HostProcess process) throws IOException {
    if (processes.sharesNamespace(process, "net")) {
      throw new IOException(
          "The container is in this machine's own network (--network host), which cannot be kept from the world. Move it with --tcp close.");
    }
    each(process, HOLD, "The container's network could not be kept still");
  }

  /** Undoes {@link #hold}, where it was done. */
  void release(HostProcess process) throws IOException {
    if (!processes.sharesNamespace(process, "net")) {
      each(process, RELEASE, "The container's network could not be let go");
    }
  }

  private void each(HostProcess process, String script, String otherwise) throws IOException {
    Path folder = processes.folder().resolve(Long.toString(process.pid()));
    script(folder, script, "iptables", otherwise);
    if (Files.exists(folder.resolve("net/if_inet6"))) {
      script(folder, script, "ip6tables", otherwise);
    }
  }

  private void script(Path folder, String script, String program, String otherwise)
      throws IOException {
    CommandRunner.Result result =
        commands.run(
            List.of(
                "nsenter", "--net=" + folder.resolve("ns/net"), "sh", "-c", script, "sh", program),
            PATIENCE);
    if (result.exit() != 0) {
      throw new IOException("%s (%s): %s".formatted(otherwise, program, result.errors()));
    }
  }
}
