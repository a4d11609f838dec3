package io.godwit.simulation;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.TaskCoreEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The images of a process as small as they can be; its memory's layout says whose life it is. */
final class CriuImages {
  /** Fields of an mm image that /proc/PID/stat shows, and where it does (proc_pid_stat(5)). */
  private static final int[][] MARKS = {
    {MmEntry.MM_START_CODE, 26},
    {MmEntry.MM_END_CODE, 27},
    {MmEntry.MM_START_STACK, 28},
    {MmEntry.MM_START_DATA, 45},
    {MmEntry.MM_END_DATA, 46},
    {MmEntry.MM_START_BRK, 47},
    {MmEntry.MM_ARG_START, 48},
    {MmEntry.MM_ARG_END, 49},
    {MmEntry.MM_ENV_START, 50},
    {MmEntry.MM_ENV_END, 51},
  };

  private static final long INNER_PID = 1;
  private static final long BASE = 0x10000;

  private CriuImages() {}

  /**
   * @param leftMs how long it has to run still
   * @param dump the number of the dump, from 1; 0 for the probe's
   */
  record State(long identity, long leftMs, long dump) {}

  /** Writes them, the inventory last, as CRIU does; says which. */
  static List<Path> write(Path folder, State state) throws IOException {
    List<Path> written = new ArrayList<>();
    var mm = Message.builder();
    for (int[] mark : MARKS) {
      mm.varint(mark[0], address(state.identity, mark[1]));
    }
    mm.varint(MmEntry.MM_BRK, state.leftMs);
    mm.varint(MmEntry.DUMPABLE, state.dump);
    Message core =
        Message.builder()
            .varint(CoreEntry.MTYPE, CoreEntry.MARCH_X86_64)
            .message(
                CoreEntry.TC,
                Message.builder()
                    .varint(TaskCoreEntry.TASK_STATE, TaskCoreEntry.TASK_ALIVE)
                    .build())
            .build();
    Message task =
        Message.builder()
            .varint(PstreeEntry.PID, INNER_PID)
            .varints(PstreeEntry.THREADS, List.of(INNER_PID), false)
            .build();
    written.add(put(folder, ImageName.of(ImageKind.MM, INNER_PID), mm.build()));
    written.add(put(folder, ImageName.of(ImageKind.CORE, INNER_PID), core));
    written.add(put(folder, ImageName.of(ImageKind.PSTREE), task));
    Message inventory = Message.builder().varint(1, 2).build();
    written.add(put(folder, ImageName.of(ImageKind.INVENTORY), inventory));
    return written;
  }

  private static Path put(Path folder, ImageName name, Message message) throws IOException {
    return Files.write(
        folder.resolve(name.fileName()),
        EntryImage.of(name, List.of(message)).encode().toByteArray());
  }

  /** Whose images they are. */
  static State read(Path folder) throws IOException {
    ImageFolder images = ImageFolder.of(folder);
    images.entries(ImageKind.INVENTORY);
    Message mm = images.entries(ImageName.of(ImageKind.MM, INNER_PID)).only();
    return new State(
        mm.requireVarint(MmEntry.MM_START_STACK) / BASE - MARKS[2][1],
        mm.requireVarint(MmEntry.MM_BRK),
        mm.requireVarint(MmEntry.DUMPABLE));
  }

  /** A process's line in /proc/PID/stat. */
  static String stat(long pid, long parent, long identity, long startTicks) {
    long[] fields = LongStream.generate(() -> 0).limit(53).toArray();
    fields[4] = parent;
    fields[5] = pid;
    fields[6] = pid;
    fields[8] = -1;
    fields[20] = 1;
    fields[22] = startTicks;
    for (int[] mark : MARKS) {
      fields[mark[1]] = address(identity, mark[1]);
    }
    StringBuilder line = new StringBuilder(pid + " (a program) S");
    for (int field = 4; field < fields.length; field++) {
      line.append(' ').append(fields[field]);
    }
    return line.append('\n').toString();
  }

  private static long address(long identity, int mark) {
    return (identity + mark) * BASE;
  }
}
