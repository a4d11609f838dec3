package io.godwit.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lays out a small executable: header, program headers, a note, text, symbols, names, section
 * headers.
 */
final class ElfBuilder {
  static final int TEXT_ADDRESS = 0x400000;

  private static final int SYMTAB = 2;
  private static final int DYNSYM = 11;

  private record Named(String name, long address, long size, int info, int section) {}

  private int machine = 62;
  private int type = ElfFile.EXECUTABLE;
  private boolean sectionHeaders = true;
  private boolean countedInSection0;
  private int symbolSection = SYMTAB;
  private byte[] buildId = {1, 2, (byte) 0xAB};
  private final List<Named> symbols = new ArrayList<>();

  ElfBuilder machine(int value) {
    machine = value;
    return this;
  }

  ElfBuilder type(int value) {
    type = value;
    return this;
  }

  ElfBuilder withoutSectionHeaders() {
    sectionHeaders = false;
    return this;
  }

  ElfBuilder stripped(boolean dynamic) {
    symbolSection = dynamic ? DYNSYM : 0;
    return this;
  }

  /** As files of 0xFF00 sections or more say it. */
  ElfBuilder countingSectionsInTheFirst() {
    countedInSection0 = true;
    return this;
  }

  ElfBuilder withoutBuildId() {
    buildId = new byte[0];
    return this;
  }

  ElfBuilder symbol(String name, long address, long size, int symbolType, boolean global) {
    symbols.add(new Named(name, address, size, symbolType | (global ? 1 << 4 : 0), 1));
    return this;
  }

  ElfBuilder undefined(String name) {
    symbols.add(new Named(name, 0, 0, 1 << 4, 0));
    return this;
  }

  byte[] build() {
    byte[] note = note();
    byte[] text = {(byte) 0x90, (byte) 0x90, (byte) 0xC3, 0};
    byte[] names = names();
    int noteAt = 64 + 3 * 56;
    int textAt = noteAt + note.length;
    int symbolsAt = textAt + text.length;
    int namesAt = symbolsAt + 24 * (symbols.size() + 1);
    int sectionsAt = namesAt + names.length + 7 & -8;
    int size = sectionsAt + (sectionHeaders ? 4 * 64 : 0);
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    header(file, sectionsAt);
    programHeader(file, ProgramHeader.NOTE, ProgramHeader.READ, noteAt, noteAt, note.length, 4);
    programHeader(
        file,
        ProgramHeader.LOAD,
        ProgramHeader.READ | ProgramHeader.EXECUTE,
        0,
        TEXT_ADDRESS,
        textAt + text.length,
        4096);
    programHeader(file, ProgramHeader.GNU_STACK, ProgramHeader.READ, 0, 0, 0, 16);
    file.put(note).put(text);
    file.position(symbolsAt + 24);
    int nameAt = 1;
    for (Named symbol : symbols) {
      file.putInt(nameAt).put((byte) symbol.info()).put((byte) 0);
      file.putShort((short) symbol.section()).putLong(symbol.address()).putLong(symbol.size());
      nameAt += symbol.name().getBytes(StandardCharsets.UTF_8).length + 1;
    }
    file.put(names);
    if (sectionHeaders) {
      file.position(sectionsAt);
      section(file, 0, 0, countedInSection0 ? 4 : 0, 0);
      section(file, 1, textAt, text.length, 0);
      section(file, symbolSection, symbolsAt, 24 * (symbols.size() + 1), 3);
      section(file, 3, namesAt, names.length, 0);
    }
    return file.array();
  }

  private void header(ByteBuffer file, int sectionsAt) {
    file.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1}).position(16);
    file.putShort((short) type).putShort((short) machine).putInt(1);
    file.putLong(TEXT_ADDRESS + 0x100).putLong(64).putLong(sectionHeaders ? sectionsAt : 0);
    file.putInt(0).putShort((short) 64).putShort((short) 56).putShort((short) 3);
    int count = sectionHeaders && !countedInSection0 ? 4 : 0;
    file.putShort((short) (sectionHeaders ? 64 : 0)).putShort((short) count).putShort((short) 0);
  }

  private static void programHeader(
      ByteBuffer file, int type, int flags, long offset, long address, long size, long alignment) {
    file.putInt(type).putInt(flags).putLong(offset).putLong(address).putLong(address);
    file.putLong(size).putLong(size).putLong(alignment);
  }

  private static void section(ByteBuffer file, int type, long offset, long size, int link) {
    file.putInt(0).putInt(type).putLong(0).putLong(0).putLong(offset).putLong(size);
    file.putInt(link).putInt(0).putLong(1).putLong(0);
  }

  private byte[] names() {
    StringBuilder all = new StringBuilder("\0");
    symbols.forEach(symbol -> all.append(symbol.name()).append('\0'));
    return all.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] note() {
    ByteBuffer note = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    // One of another owner first: the build-id need not lead.
    note.putInt(4).putInt(2).putInt(1).put("GNU\0".getBytes(StandardCharsets.UTF_8)).putInt(7);
    if (buildId.length > 0) {
      note.putInt(4).putInt(buildId.length).putInt(3);
      note.put("GNU\0".getBytes(StandardCharsets.UTF_8)).put(buildId);
      note.position(note.position() + 3 & -4);
    }
    return Arrays.copyOf(note.array(), note.position());
  }
}
