package io.godwit.checkpointer.pages;

import io.godwit.checkpointer.source.DumpProcesses;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.TcpTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Lets in only what the dump of one container has started. The kernel's table of connections
 * (proc_pid_net(5)) has the socket at the other end: it must be of this service's own user, root,
 * and be held by a process that descends from a {@code runc checkpoint} of the container, both out
 * of this service's PID namespace. So neither other users of the machine get in, nor root in a
 * container that shares the machine's network.
 */
public final class DumpCallers implements Callers {
  private final ProcFs processes;
  private final DumpProcesses dumps;
  private final String containerId;

  public DumpCallers(ProcFs processes, String containerId) {
    this.processes = processes;
    this.dumps = new DumpProcesses(processes);
    this.containerId = containerId;
  }

  @Override
  public Optional<Caller> dump(InetSocketAddress caller, InetSocketAddress here)
      throws IOException {
    Optional<String> socket = socket(caller, here);
    if (socket.isEmpty()) {
      return Optional.empty();
    }
    for (HostProcess process : dumps.of(containerId)) {
      OptionalInt descriptor = processes.descriptorOf(process, socket.get());
      if (descriptor.isPresent() && dumps.isFromHere(process)) {
        return Optional.of(new Caller(process.pid(), descriptor.getAsInt()));
      }
    }
    return Optional.empty();
  }

  /** What a descriptor of the other end leads to, where that end is our own user's. */
  private Optional<String> socket(InetSocketAddress caller, InetSocketAddress here)
      throws IOException {
    long user = dumps.ownUser();
    String table = Files.readString(processes.folder().resolve("self/net/tcp"));
    return TcpTable.sockets(table).stream()
        .filter(socket -> socket.local().equals(caller) && socket.peer().equals(here))
        .filter(socket -> socket.user() == user)
        .map(TcpTable.Socket::descriptor)
        .findFirst();
  }
}
