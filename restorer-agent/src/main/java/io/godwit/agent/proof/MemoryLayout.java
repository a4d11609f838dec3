package io.godwit.agent.proof;

import io.godwit.criu.Message;
import io.godwit.criu.field.MmEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Where the parts of a process's memory begin and end, as the kernel notes it. A restore sets what
 * the checkpoint says (prctl PR_SET_MM_MAP); a fresh start gets random places, since the kernel
 * randomises the stack and the heap.
 *
 * @param addresses by mark
 */
public record MemoryLayout(Map<Mark, Long> addresses) {
  /** One address: its field in CRIU's mm image, and in /proc/PID/stat (proc_pid_stat(5)). */
  public enum Mark {
    START_CODE(MmEntry.MM_START_CODE, 26),
    END_CODE(MmEntry.MM_END_CODE, 27),
    START_STACK(MmEntry.MM_START_STACK, 28),
    START_DATA(MmEntry.MM_START_DATA, 45),
    END_DATA(MmEntry.MM_END_DATA, 46),
    START_BRK(MmEntry.MM_START_BRK, 47),
    ARG_START(MmEntry.MM_ARG_START, 48),
    ARG_END(MmEntry.MM_ARG_END, 49),
    ENV_START(MmEntry.MM_ENV_START, 50),
    ENV_END(MmEntry.MM_ENV_END, 51);

    private final int imageField;
    private final int statField;

    Mark(int imageField, int statField) {
      this.imageField = imageField;
      this.statField = statField;
    }
  }

  private static final int LAST_STAT_FIELD = 51;

  /** Takes a copy. */
  public MemoryLayout {
    addresses = Map.copyOf(addresses);
  }

  /** What an mm image says. */
  public static MemoryLayout ofImage(Message mm) {
    Map<Mark, Long> addresses = new EnumMap<>(Mark.class);
    for (Mark mark : Mark.values()) {
      addresses.put(mark, mm.requireVarint(mark.imageField));
    }
    return new MemoryLayout(addresses);
  }

  /**
   * What a process's stat file says.
   *
   * @throws IOException when that is not one
   */
  public static MemoryLayout ofStat(String stat) throws IOException {
    // The name, in parentheses, may hold anything; field 3 comes after the last parenthesis.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (stat.lastIndexOf(')') < 0 || fields.length < LAST_STAT_FIELD - 2) {
      throw new IOException(
          "stat: expected %d fields, found %d: %s"
              .formatted(LAST_STAT_FIELD, fields.length + 2, stat.strip()));
    }
    Map<Mark, Long> addresses = new EnumMap<>(Mark.class);
    for (Mark mark : Mark.values()) {
      addresses.put(mark, Long.parseUnsignedLong(fields[mark.statField - 3]));
    }
    return new MemoryLayout(addresses);
  }

  /** What differs, each in words. */
  public List<String> differences(MemoryLayout expected) {
    List<String> differences = new ArrayList<>();
    for (Mark mark : Mark.values()) {
      long found = address(mark);
      long wanted = expected.address(mark);
      if (found != wanted) {
        differences.add("%s is 0x%x, not 0x%x".formatted(mark, found, wanted));
      }
    }
    return differences;
  }

  /** One address; 0 where it is not known. */
  public long address(Mark mark) {
    return addresses.getOrDefault(mark, 0L);
  }
}
