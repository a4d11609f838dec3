package io.godwit.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.agent.proof.MemoryLayout.Mark;
import io.godwit.criu.Message;
import io.godwit.criu.field.MmEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryLayoutTest {
  /** A stat line whose name holds a parenthesis and spaces; fields 3 to 52. */
  private static String stat(long stack) {
    StringBuilder line = new StringBuilder("42 (a) R (x) S");
    for (int field = 4; field <= 52; field++) {
      line.append(' ').append(field == 28 ? stack : field * 1000L);
    }
    return line.append('\n').toString();
  }

  private static Message image(long stack) {
    return Message.builder()
        .varint(MmEntry.MM_START_CODE, 26_000)
        .varint(MmEntry.MM_END_CODE, 27_000)
        .varint(MmEntry.MM_START_STACK, stack)
        .varint(MmEntry.MM_START_DATA, 45_000)
        .varint(MmEntry.MM_END_DATA, 46_000)
        .varint(MmEntry.MM_START_BRK, 47_000)
        .varint(MmEntry.MM_BRK, 1)
        .varint(MmEntry.MM_ARG_START, 48_000)
        .varint(MmEntry.MM_ARG_END, 49_000)
        .varint(MmEntry.MM_ENV_START, 50_000)
        .varint(MmEntry.MM_ENV_END, 51_000)
        .build();
  }

  @Test
  void theKernelsFieldsAreTheImages() throws IOException {
    assertEquals(
        List.of(),
        MemoryLayout.ofStat(stat(0x7ffc_1234))
            .differences(MemoryLayout.ofImage(image(0x7ffc_1234))));
  }

  @Test
  void aFreshStartDiffersInItsStack() throws IOException {
    assertEquals(
        List.of("START_STACK is 0x7ffc9999, not 0x7ffc1234"),
        MemoryLayout.ofStat(stat(0x7ffc_9999))
            .differences(MemoryLayout.ofImage(image(0x7ffc_1234))));
  }

  @Test
  void aLineThatIsCutIsAnError() {
    assertThrows(IOException.class, () -> MemoryLayout.ofStat("42 (a) S 1 2 3"));
    assertThrows(IOException.class, () -> MemoryLayout.ofStat(""));
  }

  @Test
  void thisProcessHasALayout() throws IOException {
    MemoryLayout own = MemoryLayout.ofStat(Files.readString(Path.of("/proc/self/stat")));
    assertEquals(Mark.values().length, own.addresses().size());
  }
}
