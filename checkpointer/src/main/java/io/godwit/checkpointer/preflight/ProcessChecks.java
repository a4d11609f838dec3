package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the processes of a running container show that cannot go along: what CRIU does not dump, and
 * what it, or a template, has no place for. Found here it costs nothing; found by CRIU it costs the
 * time that the container stands still.
 */
final class ProcessChecks {
  private static final int CAP_SYS_RESOURCE = 24;

  private static final String NAMELESS = "anon_inode:";

  /** Descriptors without a file that CRIU dumps, by their names in {@code /proc/PID/fd}. */
  private static final Set<String> DUMPED =
      Set.of("[eventfd]", "[eventpoll]", "inotify", "[pidfd]", "[signalfd]", "[timerfd]");

  /** What people call the others. */
  private static final Map<String, String> NOT_DUMPED =
      Map.of(
          "[io_uring]", "an io_uring",
          "[userfaultfd]", "a userfaultfd",
          "[perf_event]", "a performance counter",
          "kvm-vm", "a virtual machine",
          "bpf-prog", "a BPF program",
          "bpf-map", "a BPF map",
          // CRIU could, where files can be found by their handle: not in a container's layers.
          "[fanotify]", "a fanotify group",
          "seccomp notify", "a seccomp filter's notifications",
          "[landlock-ruleset]", "a Landlock rule set");

  /** Devices that CRIU opens anew, or restores with their state. */
  private static final Set<String> DEVICES =
      Set.of(
          "null", "zero", "full", "random", "urandom", "tty", "ptmx", "console", "net/tun", "core");

  private final ProcFs proc;

  ProcessChecks(ProcFs proc) {
    this.proc = proc;
  }

  /**
   * Adds every reason; one that several processes have is named once for each of them.
   *
   * @param all the container's processes, the first of which came first
   */
  void check(Container container, List<HostProcess> all, List<Refusal> refusals)
      throws IOException {
    if (all.isEmpty()) {
      return;
    }
    HostProcess first =
        all.stream()
            .filter(process -> process.pid() == container.firstPid().orElse(0L))
            .findFirst()
            .orElse(all.getFirst());
    Map<String, String> namespaces = proc.namespaces(first);
    for (HostProcess process : all) {
      try {
        String name = "Process %d (%s)".formatted(process.pid(), proc.executable(process));
        namespaces(name, process, namespaces, refusals);
        tracer(name, process, refusals);
        stopped(name, process, refusals);
        protectionKeys(name, process, refusals);
        owner(name, process, refusals);
        descriptors(name, process, refusals);
        if (!process.equals(first)) {
          visitor(name, process, container, all, refusals);
        }
      } catch (IOException e) {
        if (!proc.hasEnded(process, e)) {
          throw e;
        }
      }
    }
    queues(container, first, refusals);
  }

  private void namespaces(
      String name, HostProcess process, Map<String, String> first, List<Refusal> refusals)
      throws IOException {
    List<String> own =
        proc.namespaces(process).entrySet().stream()
            .filter(entry -> !entry.getValue().equals(first.get(entry.getKey())))
            .map(Map.Entry::getKey)
            .toList();
    if (!own.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.OWN_NAMESPACE,
              name,
              "%s has made itself a namespace of its own (%s), for which a device's container has no place."
                  .formatted(name, String.join(", ", own)),
              "Run it without."));
    }
  }

  private void tracer(String name, HostProcess process, List<Refusal> refusals) throws IOException {
    String tracer = proc.status(process, "TracerPid").orElse("0");
    if (!tracer.equals("0")) {
      refusals.add(
          new Refusal(
              RefusalKind.TRACED,
              name,
              "%s is being traced by process %s, and CRIU has to trace it itself."
                  .formatted(name, tracer),
              "End the debugger, or strace, first."));
    }
  }

  /**
   * Over a stopped process CRIU waits for ever, and the container with it: in a cgroup that the v1
   * freezer has frozen, a stopped process does not come to the trap that PTRACE_SEIZE waits for.
   */
  private void stopped(String name, HostProcess process, List<Refusal> refusals)
      throws IOException {
    if (proc.status(process, "State").orElse("").startsWith("T")) {
      refusals.add(
          new Refusal(
              RefusalKind.STOPPED,
              name,
              "%s is stopped (SIGSTOP, or Ctrl-Z in a shell), and CRIU would wait for it for ever."
                  .formatted(name),
              "Let it go on with: kill -CONT %d".formatted(process.pid())));
    }
  }

  /** CRIU restores memory under the default key. */
  private void protectionKeys(String name, HostProcess process, List<Refusal> refusals)
      throws IOException {
    if (proc.protectionKeys(process)) {
      refusals.add(
          new Refusal(
              RefusalKind.PROTECTION_KEYS,
              name,
              "%s guards memory by protection keys (pkeys), which CRIU would lose.".formatted(name),
              "Run it without."));
    }
  }

  /** CRIU asks for limits by prlimit(2), which is for processes of the same user, or that right. */
  private void owner(String name, HostProcess process, List<Refusal> refusals) throws IOException {
    if (!(isRoots(process, "Uid") && isRoots(process, "Gid")) && !mayAskForLimits()) {
      refusals.add(
          new Refusal(
              RefusalKind.CAPABILITY,
              name,
              "%s runs as another user than root, and this host lacks the capability CAP_SYS_RESOURCE, without which CRIU cannot dump it."
                  .formatted(name),
              "Give it to the Docker Engine, or move the container from a machine that has it."));
    }
  }

  /** Real, effective and saved id; the fourth, of the file system, prlimit(2) does not look at. */
  private boolean isRoots(HostProcess process, String kind) throws IOException {
    return Arrays.stream(proc.status(process, kind).orElse("0").split("\\s+", -1))
        .limit(3)
        .allMatch("0"::equals);
  }

  private boolean mayAskForLimits() throws IOException {
    long effective = Long.parseUnsignedLong(proc.ownStatus("CapEff").orElse("0"), 16);
    return (effective >>> CAP_SYS_RESOURCE & 1) == 1;
  }

  private void descriptors(String name, HostProcess process, List<Refusal> refusals)
      throws IOException {
    for (String target : new TreeSet<>(proc.descriptors(process))) {
      String nameless = target.startsWith(NAMELESS) ? target.substring(NAMELESS.length()) : "";
      if (!nameless.isEmpty() && !DUMPED.contains(nameless)) {
        refusals.add(
            new Refusal(
                RefusalKind.DESCRIPTOR,
                name,
                "%s has %s open, which CRIU cannot dump."
                    .formatted(name, NOT_DUMPED.getOrDefault(nameless, target)),
                "Run it without."));
      } else if (isForeignDevice(target)) {
        refusals.add(
            new Refusal(
                RefusalKind.DEVICE_FILE,
                name,
                "%s has the device %s open, whose state is this machine's.".formatted(name, target),
                "Have it closed first."));
      }
    }
  }

  private static boolean isForeignDevice(String target) {
    if (!target.startsWith("/dev/")) {
      return false;
    }
    String device = target.substring("/dev/".length());
    return !DEVICES.contains(device)
        && !device.startsWith("pts/")
        && !device.startsWith("shm/")
        && !device.startsWith("mqueue/");
  }

  /**
   * What came by {@code docker exec} has its parent outside, so it is not in the dump and would be
   * gone. A health check comes again by itself.
   */
  private void visitor(
      String name,
      HostProcess process,
      Container container,
      List<HostProcess> all,
      List<Refusal> refusals)
      throws IOException {
    long parent = proc.parent(process);
    boolean fromOutside = all.stream().noneMatch(other -> other.pid() == parent);
    if (fromOutside && !isHealthCheck(proc.arguments(process), container.healthCheck())) {
      refusals.add(
          new Refusal(
              RefusalKind.DOCKER_EXEC,
              name,
              "%s came by docker exec, and would be gone after the move.".formatted(name),
              "End it first, or wait for its end."));
    }
  }

  /** Also one of which runc has not made yet what it is to be. */
  private static boolean isHealthCheck(List<String> arguments, List<String> check) {
    return arguments.equals(check) || (!check.isEmpty() && ProcFs.isRuncInit(arguments));
  }

  /** CRIU dumps neither queues nor their messages, and does not say so. */
  private void queues(Container container, HostProcess first, List<Refusal> refusals)
      throws IOException {
    Path folder = proc.root(first).resolve("dev/mqueue");
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> queues = Files.newDirectoryStream(folder)) {
      queues.forEach(queue -> names.add("/" + queue.getFileName()));
    }
    if (!names.isEmpty()) {
      refusals.add(
          new Refusal(
              RefusalKind.MESSAGE_QUEUE,
              container.name(),
              "Container %s has POSIX message queues (%s), which CRIU does not dump."
                  .formatted(
                      container.name(), names.stream().sorted().collect(Collectors.joining(", "))),
              "Have them removed first (mq_unlink)."));
    }
  }
}
