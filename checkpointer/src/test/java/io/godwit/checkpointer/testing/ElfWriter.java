package io.godwit.checkpointer.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The smallest executables that have symbols (System V gABI, ELFCLASS64). */
public final class ElfWriter {
  private static final int HEADER = 64;
  private static final int SECTION = 64;
  private static final int SYMBOL = 24;

  private ElfWriter() {}

  /**
   * A static executable.
   *
   * @param machine e_machine
   * @param type e_type: 2 executable, 3 position-independent
   * @param symbols data by name
   */
  public static byte[] write(int machine, int type, Map<String, Long> symbols) {
    StringBuilder names = new StringBuilder("\0");
    int count = symbols.size() + 1;
    int symbolsAt = HEADER;
    int namesAt = symbolsAt + count * SYMBOL;
    ByteBuffer table = buffer(count * SYMBOL);
    table.position(SYMBOL);
    for (Map.Entry<String, Long> symbol : symbols.entrySet()) {
      table.putInt(names.length()).put((byte) (1 << 4 | 1)).put((byte) 0).putShort((short) 1);
      table.putLong(symbol.getValue()).putLong(8);
      names.append(symbol.getKey()).append('\0');
    }
    byte[] text = names.toString().getBytes(StandardCharsets.US_ASCII);
    int sectionsAt = namesAt + text.length;
    ByteBuffer file = buffer(sectionsAt + 3 * SECTION);
    file.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    file.putShort((short) type).putShort((short) machine).putInt(1);
    file.putLong(0x400000).putLong(0).putLong(sectionsAt).putInt(0);
    file.putShort((short) HEADER).putShort((short) 56).putShort((short) 0);
    file.putShort((short) SECTION).putShort((short) 3).putShort((short) 2);
    file.put(symbolsAt, table.array());
    file.put(namesAt, text);
    section(file, sectionsAt + SECTION, 2, symbolsAt, count * SYMBOL, 2);
    section(file, sectionsAt + 2 * SECTION, 3, namesAt, text.length, 0);
    return file.array();
  }

  private static void section(ByteBuffer file, int at, int type, int offset, int size, int link) {
    file.putInt(at + 4, type).putLong(at + 24, offset).putLong(at + 32, size).putInt(at + 40, link);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
