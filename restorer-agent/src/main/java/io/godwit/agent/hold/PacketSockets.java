package io.godwit.agent.hold;

import com.google.protobuf.ByteString;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.PacketSockEntry;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Packet sockets that are bound to an interface, or have joined a group there: CRIU keeps its
 * number, which is another here (packet-sock.proto). Where the container has one interface beside
 * the loopback, that is the one. Touches files.img.
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

  /**
   * Rewrites the images in a folder.
   *
   * @throws io.godwit.criu.ImageException when the image is damaged
   */
  void rewrite(Path images) throws IOException {
    ImageName name = ImageName.of(ImageKind.FILES);
    Optional<EntryImage> files = ImageFolder.of(images).find(name);
    if (files.isEmpty()) {
      return;
    }
    ByteString changed = files.get().map(this::file).encode();
    if (!changed.equals(files.get().encode())) {
      DurableFiles.write(images.resolve(files.get().name()), changed.toByteArray());
    }
  }

  private Message file(Message file) {
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
