package io.godwit.checkpointer.source;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The processes of a dump: {@code runc checkpoint} of the container and whatever it has started,
 * CRIU above all. Only those of this service's own user, root, and out of its PID namespace: what a
 * container calls itself is no dump.
 */
public final class DumpProcesses {
  private static final String CHECKPOINT = "checkpoint";

  private final ProcFs processes;
  private final ProcessTable all;

  public DumpProcesses(ProcFs processes) {
    this.processes = processes;
    this.all = new ProcessTable(processes.folder());
  }

  /** Whether the container is being dumped. */
  public boolean any(String containerId) throws IOException {
    return !commands(containerId).isEmpty();
  }

  /** All of them; of the machine's processes none besides. */
  public List<HostProcess> of(String containerId) throws IOException {
    return family(containerId, true);
  }

  /** What {@code runc checkpoint} has started. When it has ended, that one fails by itself. */
  public List<HostProcess> started(String containerId) throws IOException {
    return family(containerId, false);
  }

  private List<HostProcess> family(String containerId, boolean withHeads) throws IOException {
    Set<Long> heads = new HashSet<>();
    commands(containerId).forEach(command -> heads.add(command.pid()));
    if (heads.isEmpty()) {
      return List.of();
    }
    Set<Long> family = new HashSet<>(heads);
    Map<HostProcess, Long> parents = all.parents();
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Map.Entry<HostProcess, Long> process : parents.entrySet()) {
        grown |= family.contains(process.getValue()) && family.add(process.getKey().pid());
      }
    }
    return parents.keySet().stream()
        .filter(process -> family.contains(process.pid()))
        .filter(process -> withHeads || !heads.contains(process.pid()))
        .toList();
  }

  private List<HostProcess> commands(String containerId) throws IOException {
    return all.commandsWith(CHECKPOINT, containerId).stream().filter(this::isFromHere).toList();
  }

  /** Whether it is of this service's user, and out of its PID namespace. */
  public boolean isFromHere(HostProcess process) {
    try {
      return user(processes.status(process, "Uid")) == ownUser()
          && processes.sharesNamespace(process, "pid");
    } catch (IOException e) {
      // It has ended meanwhile.
      return false;
    }
  }

  /** The number of the user that this service runs as. */
  public long ownUser() throws IOException {
    return user(processes.ownStatus("Uid"));
  }

  /** The effective one of real, effective, saved and file system user. */
  private static long user(Optional<String> ids) throws IOException {
    String[] all =
        ids.orElseThrow(() -> new IOException("the kernel tells no user of a process"))
            .split("\\s+", -1);
    return Long.parseLong(all[1]);
  }
}
