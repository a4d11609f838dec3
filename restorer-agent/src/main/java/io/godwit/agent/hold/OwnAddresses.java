package io.godwit.agent.hold;

import io.godwit.criu.Message;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.InetSkEntry;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sockets that are bound to an address of the container's own: it has another one here, which is
 * known only once the Engine has given it (files.img, sk-inet.proto). A listener and a datagram or
 * raw socket get the new address, and so does the other end of a datagram socket that is connected
 * to its own container. What has a connection stays: it is kept only where the address is the same,
 * or comes out closed.
 */
public final class OwnAddresses {
  /** linux/socket.h, alike on every ISA. */
  private static final long AF_INET = 2;

  private static final long AF_INET6 = 10;

  /** linux/in.h. */
  private static final long IPPROTO_TCP = 6;

  /** net/tcp_states.h. */
  private static final long TCP_CLOSE = 7;

  private static final long TCP_LISTEN = 10;

  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

  private final Map<InetAddress, InetAddress> here;

  /**
   * @param here the container's addresses on its source, and what each is here
   */
  public OwnAddresses(Map<InetAddress, InetAddress> here) {
    this.here = Map.copyOf(here);
  }

  /** An open file, as it is here; one that is no such socket stays. */
  Message file(Message file) {
    return file.message(FileEntry.ISK)
        .map(socket -> file.withMessage(FileEntry.ISK, socket(socket)))
        .orElse(file);
  }

  private Message socket(Message socket) {
    boolean tcp = socket.requireVarint(InetSkEntry.PROTO) == IPPROTO_TCP;
    long state = socket.requireVarint(InetSkEntry.STATE);
    if (tcp && state != TCP_LISTEN && state != TCP_CLOSE) {
      return socket;
    }
    Message own = address(socket, InetSkEntry.SRC_ADDR);
    return tcp ? own : address(own, InetSkEntry.DST_ADDR);
  }

  private Message address(Message socket, int field) {
    List<Long> words = socket.varints(field);
    long family = socket.requireVarint(InetSkEntry.FAMILY);
    int expected = family == AF_INET ? 1 : family == AF_INET6 ? 4 : 0;
    if (expected == 0 || words.size() != expected) {
      return socket;
    }
    Optional<InetAddress> now = Optional.ofNullable(here.get(address(words)));
    return now.isEmpty()
        ? socket
        : socket.withVarints(field, words(now.get(), family == AF_INET6), false);
  }

  /** As the kernel has it in memory, read in words of a little-endian machine. */
  private static InetAddress address(List<Long> words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.size()).order(ByteOrder.LITTLE_ENDIAN);
    words.forEach(word -> bytes.putInt(word.intValue()));
    try {
      // An IPv4 address in an IPv6 socket comes out as what it is.
      return InetAddress.getByAddress(bytes.array());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  private static List<Long> words(InetAddress address, boolean inSix) {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    if (inSix && address instanceof Inet4Address) {
      bytes.put(MAPPED);
    }
    bytes.put(address.getAddress()).flip();
    List<Long> words = new ArrayList<>();
    while (bytes.hasRemaining()) {
      words.add(Integer.toUnsignedLong(bytes.getInt()));
    }
    return words;
  }
}
