package io.godwit.criu;

import com.google.protobuf.ByteString;

/** What bytes follow the message of an entry, and which fields of the message count them. */
enum Payload {
  /** The file has no entries at all. */
  RAW,
  /** Nothing follows. */
  NONE,
  /** What a pipe or FIFO held: pipe_data_entry.bytes. */
  PIPE_DATA,
  /** What a socket's queue held: sk_packet_entry.length. */
  SOCKET_PACKET,
  /** What a connection had received, then what it had not yet sent: tcp_stream_entry. */
  TCP_STREAM,
  /** The keys, then the values: bpfmap_data_entry. */
  BPF_MAP,
  /** 16-bit values, padded to 8 bytes: ipc_sem_entry.nsems. */
  IPC_SEM,
  /** The segment, padded to 4 bytes, unless it lies in pages files: ipc_shm_entry. */
  IPC_SHM,
  /** For each of ipc_msg_entry.qnum: length, ipc_msg, and its text padded to 8 bytes. */
  IPC_MSG,
  /** All the rest of the file, or chunks of which each has a message: ghost_file_entry. */
  GHOST_FILE;

  private static final int PIPE_DATA_BYTES = 2;
  private static final int SK_PACKET_LENGTH = 2;
  private static final int TCP_STREAM_INQ_LEN = 1;
  private static final int TCP_STREAM_OUTQ_LEN = 3;
  private static final int BPFMAP_KEYS_BYTES = 2;
  private static final int BPFMAP_VALUES_BYTES = 3;
  private static final int IPC_SEM_NSEMS = 2;
  private static final int IPC_SHM_SIZE = 2;
  private static final int IPC_SHM_IN_PAGEMAPS = 3;
  private static final int IPC_MSG_QNUM = 3;
  private static final int IPC_MSG_MSIZE = 2;
  private static final int GHOST_FILE_CHUNKS = 9;
  private static final int GHOST_CHUNK_LEN = 1;

  /**
   * How many bytes follow this message.
   *
   * @param first whether it is the file's first entry
   * @param rest all bytes after the message to the end of the file; not more than these are there
   * @param chunked whether the file's first entry said that chunks follow
   * @return a count which may be larger than the rest, negative when it is beyond 2^63
   */
  long length(Message message, boolean first, ByteString rest, Location where, boolean chunked) {
    return switch (this) {
      case RAW, NONE -> 0;
      case PIPE_DATA -> uint32(message, PIPE_DATA_BYTES);
      case SOCKET_PACKET -> uint32(message, SK_PACKET_LENGTH);
      case TCP_STREAM -> uint32(message, TCP_STREAM_INQ_LEN) + uint32(message, TCP_STREAM_OUTQ_LEN);
      case BPF_MAP -> uint32(message, BPFMAP_KEYS_BYTES) + uint32(message, BPFMAP_VALUES_BYTES);
      case IPC_SEM -> roundUp(Short.BYTES * uint32(message, IPC_SEM_NSEMS), Long.BYTES);
      case IPC_SHM ->
          message.bool(IPC_SHM_IN_PAGEMAPS).orElse(false)
              ? 0
              : roundUp(message.requireVarint(IPC_SHM_SIZE), Integer.BYTES);
      case IPC_MSG -> messages(uint32(message, IPC_MSG_QNUM), rest, where);
      case GHOST_FILE -> {
        if (first) {
          yield chunked ? 0 : rest.size();
        }
        yield message.requireVarint(GHOST_CHUNK_LEN);
      }
    };
  }

  /** Whether a ghost file's first message says that its content comes in chunks. */
  static boolean chunked(Message first) {
    return first.bool(GHOST_FILE_CHUNKS).orElse(false);
  }

  private static long messages(long count, ByteString rest, Location where) {
    EntryReader reader = new EntryReader(rest, where);
    for (long i = 0; i < count; i++) {
      Message text = reader.message("message " + i);
      reader.take(roundUp(uint32(text, IPC_MSG_MSIZE), Long.BYTES), "text of message " + i);
    }
    return reader.position();
  }

  private static long uint32(Message message, int number) {
    long value = message.requireVarint(number);
    if (value < 0 || value > 0xFFFF_FFFFL) {
      throw message.wrong(number, "an unsigned 32-bit count", Long.toUnsignedString(value));
    }
    return value;
  }

  private static long roundUp(long value, long unit) {
    // A count beyond 2^63 stays negative, so that no file is long enough for it.
    return value <= 0 ? value : (value - 1 | unit - 1) + 1;
  }
}
