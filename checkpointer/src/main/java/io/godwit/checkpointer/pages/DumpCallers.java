package io.godwit.checkpointer.pages;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessTable;
import io.godwit.checkpointer.source.TcpTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Lets in only what the dump of one container has started. The kernel's table of connections
 * (proc_pid_net(5)) has the socket at the other end: it must be of this service's own user, root,
 * and be held by a process that descends from a {@code runc checkpoint} of the container, both out
 * of this service's PID namespace. So neither other users of the machine get in, nor root in a
 * container that shares the machine's network.
 */
public final class DumpCallers implements Callers {
  private final ProcFs processes;
  private final ProcessTable all;
  private final String containerId;

  public DumpCallers(ProcFs processes, String containerId) {
    this.processes = processes;
    this.all = new ProcessTable(processes.folder());
    this.containerId = containerId;
  }

  @Override
  public Optional<Caller> dump(InetSocketAddress caller, InetSocketAddress here)
      throws IOException {
    Optional<String> socket = socket(caller, here);
    if (socket.isEmpty()) {
      return Optional.empty();
    }
    for (HostProcess process : ofTheDump()) {
      OptionalInt descriptor = processes.descriptorOf(process, socket.get());
      if (descriptor.isPresent() && isFromHere(process)) {
        return Optional.of(new Caller(process.pid(), descriptor.getAsInt()));
      }
    }
    return Optional.empty();
  }

  /** What a descriptor of the other end leads to, where that end is our own user's. */
  private Optional<String> socket(InetSocketAddress caller, InetSocketAddress here)
      throws IOException {
    long user = user(processes.ownStatus("Uid"));
    String table = Files.readString(processes.folder().resolve("self/net/tcp"));
    return TcpTable.sockets(table).stream()
        .filter(socket -> socket.local().equals(caller) && socket.peer().equals(here))
        .filter(socket -> socket.user() == user)
        .map(TcpTable.Socket::descriptor)
        .findFirst();
  }

  private List<HostProcess> ofTheDump() throws IOException {
    Set<Long> family = new HashSet<>();
    for (HostProcess command : all.commandsWith("checkpoint", containerId)) {
      if (isFromHere(command)) {
        family.add(command.pid());
      }
    }
    if (family.isEmpty()) {
      return List.of();
    }
    Map<HostProcess, Long> parents = all.parents();
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Map.Entry<HostProcess, Long> process : parents.entrySet()) {
        grown |= family.contains(process.getValue()) && family.add(process.getKey().pid());
      }
    }
    return parents.keySet().stream().filter(process -> family.contains(process.pid())).toList();
  }

  private boolean isFromHere(HostProcess process) throws IOException {
    try {
      return user(processes.status(process, "Uid")) == user(processes.ownStatus("Uid"))
          && processes.sharesNamespace(process, "pid");
    } catch (IOException e) {
      if (ProcFs.isGone(e)) {
        return false;
      }
      throw e;
    }
  }

  /** The effective one of real, effective, saved and file system user. */
  private static long user(Optional<String> ids) throws IOException {
    String[] all =
        ids.orElseThrow(() -> new IOException("the kernel tells no user of a process"))
            .split("\\s+", -1);
    return Long.parseLong(all[1]);
  }
}
