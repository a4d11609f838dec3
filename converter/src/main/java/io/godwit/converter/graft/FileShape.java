package io.godwit.converter.graft;

import io.godwit.criu.Message;
import io.godwit.criu.field.EventfdFileEntry;
import io.godwit.criu.field.EventpollFileEntry;
import io.godwit.criu.field.FanotifyFileEntry;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.InetSkEntry;
import io.godwit.criu.field.InotifyFileEntry;
import io.godwit.criu.field.MemfdFileEntry;
import io.godwit.criu.field.NetlinkSkEntry;
import io.godwit.criu.field.NsFileEntry;
import io.godwit.criu.field.PacketSockEntry;
import io.godwit.criu.field.PidfdEntry;
import io.godwit.criu.field.PipeEntry;
import io.godwit.criu.field.RegFileEntry;
import io.godwit.criu.field.SignalfdEntry;
import io.godwit.criu.field.TimerfdEntry;
import io.godwit.criu.field.TtyFileEntry;
import io.godwit.criu.field.UnixSkEntry;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Where the different types of open files keep what means something else on another machine: open
 * flags, the number of a namespace, the number of a mount (CRIU's regfile.proto, sk-inet.proto and
 * so on).
 */
public enum FileShape {
  REGULAR(FileEntry.REG, RegFileEntry.FLAGS, 0, RegFileEntry.MNT_ID),
  INET_SOCKET(FileEntry.ISK, InetSkEntry.FLAGS, InetSkEntry.NS_ID, 0),
  NAMESPACE(FileEntry.NSF, NsFileEntry.FLAGS, 0, 0),
  PACKET_SOCKET(FileEntry.PSK, PacketSockEntry.FLAGS, PacketSockEntry.NS_ID, 0),
  NETLINK_SOCKET(FileEntry.NLSK, NetlinkSkEntry.FLAGS, NetlinkSkEntry.NS_ID, 0),
  EVENTFD(FileEntry.EFD, EventfdFileEntry.FLAGS, 0, 0),
  EPOLL(FileEntry.EPFD, EventpollFileEntry.FLAGS, 0, 0),
  SIGNALFD(FileEntry.SGFD, SignalfdEntry.FLAGS, 0, 0),
  TUN(FileEntry.TUNF, 0, 4, 0),
  TIMERFD(FileEntry.TFD, TimerfdEntry.FLAGS, 0, 0),
  INOTIFY(FileEntry.IFY, InotifyFileEntry.FLAGS, 0, 0),
  FANOTIFY(FileEntry.FFY, FanotifyFileEntry.FLAGS, 0, 0),
  EXTERNAL(FileEntry.EXT, 0, 0, 0),
  UNIX_SOCKET(FileEntry.USK, UnixSkEntry.FLAGS, UnixSkEntry.NS_ID, UnixSkEntry.MNT_ID),
  FIFO(FileEntry.FIFO, 0, 0, 0),
  PIPE(FileEntry.PIPE, PipeEntry.FLAGS, 0, 0),
  TERMINAL(FileEntry.TTY, TtyFileEntry.FLAGS, 0, 0),
  MEMFD(FileEntry.MEMFD, MemfdFileEntry.FLAGS, 0, 0),
  BPF_MAP(FileEntry.BPF, 2, 0, 15),
  PROCESS(FileEntry.PIDFD, PidfdEntry.FLAGS, 0, 0);

  private final int entryField;
  private final int flagsField;
  private final int namespaceField;
  private final int mountField;

  FileShape(int entryField, int flagsField, int namespaceField, int mountField) {
    this.entryField = entryField;
    this.flagsField = flagsField;
    this.namespaceField = namespaceField;
    this.mountField = mountField;
  }

  /** The field of file_entry that holds files of this type. */
  public int entryField() {
    return entryField;
  }

  /** The field with the open flags; empty where there is none. */
  public Optional<Integer> flags() {
    return given(flagsField);
  }

  /** The field with the number of the network namespace; empty where there is none. */
  public Optional<Integer> namespace() {
    return given(namespaceField);
  }

  /** The field with the number of the mount, folded as sint32; empty where there is none. */
  public Optional<Integer> mount() {
    return given(mountField);
  }

  /** The type of an entry of files.img; empty for one that this version does not know. */
  public static Optional<FileShape> of(Message entry) {
    return List.of(values()).stream().filter(shape -> entry.has(shape.entryField)).findFirst();
  }

  /** What a file is called in messages: its path, where it has one, else type and number. */
  public String describe(Message entry) {
    Message file = entry.requireMessage(entryField);
    Optional<String> path = this == REGULAR ? file.string(RegFileEntry.NAME) : Optional.empty();
    return path.orElseGet(() ->
        name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
            + " "
            + entry.requireVarint(FileEntry.ID));
  }

  /** The entry with its file changed. */
  public Message change(Message entry, UnaryOperator<Message> change) {
    return entry.withMessage(entryField, change.apply(entry.requireMessage(entryField)));
  }

  private static Optional<Integer> given(int field) {
    return field == 0 ? Optional.empty() : Optional.of(field);
  }
}
