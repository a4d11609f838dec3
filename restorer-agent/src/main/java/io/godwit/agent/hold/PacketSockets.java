package io.godwit.agent.hold;

import io.godwit.criu.Message;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.PacketSockEntry;
import java.util.List;

/**
 * Packet sockets that are bound to an interface, or have joined a group there: CRIU keeps its
 * number, which is another here (packet-sock.proto). Where the container has one interface beside
 * the loopback, that is the one.
 */
final class PacketSockets {
  /** Every namespace's first (net/core/dev.c makes it so). */
  private static final long LOOPBACK = 1;

  /** Bound to none. */
  private static final long ANY = 0;

  /** packet_mclist. */
  private static final int MCLIST_INDEX = 1;

  private final long here;

  /**
   * @param here the number of the container's interface
   */
  PacketSockets(long here) {
    this.here = here;
  }

  /** An open file, as it is here; one that is no such socket stays. */
  Message file(Message file) {
    return file.message(FileEntry.PSK)
        .map(socket -> file.withMessage(FileEntry.PSK, socket(socket)))
        .orElse(file);
  }

  private Message socket(Message socket) {
    List<Message> groups = socket.messages(PacketSockEntry.MCLIST);
    Message bound = numbered(socket, PacketSockEntry.IFINDEX);
    return groups.isEmpty()
        ? bound
        : bound.withMessages(
            PacketSockEntry.MCLIST,
            groups.stream().map(group -> numbered(group, MCLIST_INDEX)).toList());
  }

  private Message numbered(Message message, int field) {
    long there = message.requireVarint(field);
    return there == ANY || there == LOOPBACK ? message : message.withVarint(field, here);
  }
}
