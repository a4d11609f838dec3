package io.godwit.elf;

import io.godwit.elf.ElfFile.SymbolTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads an ELF file (System V gABI; the sizes are those of ELFCLASS64). */
final class ElfReader {
  /** Larger tables are refused: no executable's symbols come near. */
  static final int MAX_TABLE_BYTES = 256 << 20;

  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int SECTION_HEADER_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int NOTE_HEADER_BYTES = 12;

  private static final int SECTION_SYMTAB = 2;
  private static final int SECTION_DYNSYM = 11;
  private static final int NOTE_BUILD_ID = 3;
  private static final int MORE_THAN_FITS = 0xFFFF;
  private static final long SPARE_NAME_BYTES = 1 << 20;
  private static final long NAMES_PER_STRING = 16;

  private final ElfBytes bytes;

  ElfReader(ElfBytes bytes) {
    this.bytes = bytes;
  }

  private record Section(int type, long offset, long size, int link, int info) {}

  private record Symbols(SymbolTable table, Map<String, Symbol> byName) {}

  ElfFile read() throws IOException {
    ByteBuffer header = header();
    int type = Short.toUnsignedInt(header.getShort(16));
    if (type != ElfFile.EXECUTABLE && type != ElfFile.SHARED) {
      throw error(16, "type 2 (ET_EXEC) or 3 (ET_DYN)", "type " + type);
    }
    List<Section> sections = sections(header);
    List<ProgramHeader> programHeaders = programHeaders(header, sections);
    Symbols symbols = symbols(header, sections);
    return new ElfFile(
        bytes.name(),
        bytes.size(),
        type,
        Short.toUnsignedInt(header.getShort(18)),
        header.getLong(24),
        programHeaders,
        symbols.table(),
        symbols.byName(),
        buildId(programHeaders));
  }

  private ByteBuffer header() throws IOException {
    if (bytes.size() < HEADER_BYTES) {
      throw error(0, "an ELF header of 64 bytes", bytes.size() + " bytes in the whole file");
    }
    ByteBuffer header = bytes.read("the ELF header", 0, HEADER_BYTES);
    // e_ident is a sequence of bytes: 7F 'E' 'L' 'F', class, data, version.
    if (header.getInt(0) != 0x464C457F) {
      throw error(0, "7F 45 4C 46", String.format("%08X", Integer.reverseBytes(header.getInt(0))));
    }
    if (header.get(4) != 2) {
      throw error(4, "class 2 (64-bit)", "class " + header.get(4));
    }
    if (header.get(5) != 1) {
      throw error(5, "byte order 1 (little-endian)", "byte order " + header.get(5));
    }
    if (header.get(6) != 1) {
      throw error(6, "version 1", "version " + header.get(6));
    }
    return header;
  }

  private List<Section> sections(ByteBuffer header) throws IOException {
    long offset = header.getLong(40);
    if (offset == 0) {
      return List.of();
    }
    int entrySize = Short.toUnsignedInt(header.getShort(58));
    if (entrySize != SECTION_HEADER_BYTES) {
      throw error(58, "section headers of 64 bytes", entrySize + " bytes");
    }
    long count = Short.toUnsignedInt(header.getShort(60));
    if (count == 0) {
      // A file with 0xFF00 sections or more counts them in the first one's size.
      count = bytes.read("the first section header", offset, SECTION_HEADER_BYTES).getLong(32);
    }
    ByteBuffer table = bytes.read("section headers", offset, times(count, SECTION_HEADER_BYTES));
    List<Section> sections = new ArrayList<>();
    for (int at = 0; at < table.limit(); at += SECTION_HEADER_BYTES) {
      sections.add(
          new Section(
              table.getInt(at + 4),
              table.getLong(at + 24),
              table.getLong(at + 32),
              table.getInt(at + 40),
              table.getInt(at + 44)));
    }
    return sections;
  }

  private List<ProgramHeader> programHeaders(ByteBuffer header, List<Section> sections)
      throws IOException {
    long offset = header.getLong(32);
    int entrySize = Short.toUnsignedInt(header.getShort(54));
    long count = Short.toUnsignedInt(header.getShort(56));
    if (count == MORE_THAN_FITS && !sections.isEmpty()) {
      count = Integer.toUnsignedLong(sections.getFirst().info());
    }
    if (count == 0) {
      return List.of();
    }
    if (entrySize != PROGRAM_HEADER_BYTES) {
      throw error(54, "program headers of 56 bytes", entrySize + " bytes");
    }
    ByteBuffer table = bytes.read("program headers", offset, times(count, PROGRAM_HEADER_BYTES));
    List<ProgramHeader> headers = new ArrayList<>();
    for (int at = 0; at < table.limit(); at += PROGRAM_HEADER_BYTES) {
      headers.add(checked(offset + at, programHeader(table, at)));
    }
    return headers;
  }

  private static ProgramHeader programHeader(ByteBuffer table, int at) {
    return new ProgramHeader(
        table.getInt(at),
        table.getInt(at + 4),
        table.getLong(at + 8),
        table.getLong(at + 16),
        table.getLong(at + 32),
        table.getLong(at + 40),
        table.getLong(at + 48));
  }

  /**
   * What is mapped must be in the file and in the address space, else the kernel refuses it too.
   */
  private ProgramHeader checked(long at, ProgramHeader header) throws IOException {
    if (!header.isLoad()) {
      return header;
    }
    if (header.offset() < 0
        || header.fileSize() < 0
        || header.offset() > bytes.size()
        || header.fileSize() > bytes.size() - header.offset()) {
      throw error(
          at,
          "a segment within the file's " + bytes.size() + " bytes",
          Long.toUnsignedString(header.fileSize())
              + " bytes from "
              + Long.toUnsignedString(header.offset()));
    }
    if (header.memorySize() < header.fileSize()
        || header.address() < 0
        || header.memorySize() > Long.MAX_VALUE - header.address()) {
      throw error(
          at,
          "a segment within the address space, of at least " + header.fileSize() + " bytes",
          Long.toUnsignedString(header.memorySize())
              + " bytes from 0x"
              + Long.toHexString(header.address()));
    }
    return header;
  }

  private Symbols symbols(ByteBuffer header, List<Section> sections) throws IOException {
    if (header.getLong(40) == 0 || sections.isEmpty()) {
      return new Symbols(SymbolTable.NO_SECTION_HEADERS, Map.of());
    }
    for (Section section : sections) {
      if (section.type() == SECTION_SYMTAB) {
        return new Symbols(SymbolTable.FULL, symbolsIn(section, sections));
      }
    }
    for (Section section : sections) {
      if (section.type() == SECTION_DYNSYM) {
        return new Symbols(SymbolTable.DYNAMIC, symbolsIn(section, sections));
      }
    }
    return new Symbols(SymbolTable.NONE, Map.of());
  }

  private Map<String, Symbol> symbolsIn(Section section, List<Section> sections)
      throws IOException {
    if (section.link() < 0 || section.link() >= sections.size()) {
      throw error(
          section.offset(),
          "the symbols' names in one of " + sections.size() + " sections",
          "section " + Integer.toUnsignedString(section.link()));
    }
    Section strings = sections.get(section.link());
    ByteBuffer names = bytes.read("names of symbols", strings.offset(), strings.size());
    ByteBuffer table = bytes.read("symbols", section.offset(), section.size());
    Map<String, Symbol> symbols = new HashMap<>();
    // Names may share their ends, so a small file could claim names without end.
    long budget = SPARE_NAME_BYTES + NAMES_PER_STRING * (long) names.limit();
    for (int at = 0; at + SYMBOL_BYTES <= table.limit(); at += SYMBOL_BYTES) {
      boolean defined = table.getShort(at + 6) != 0;
      int nameAt = table.getInt(at);
      if (!defined || nameAt == 0) {
        continue;
      }
      String name = name(names, nameAt, section.offset() + at);
      budget -= name.length();
      if (budget < 0) {
        throw error(
            section.offset(),
            "symbols whose names share the " + names.limit() + " bytes of their table",
            "names many times as long altogether");
      }
      int info = table.get(at + 4);
      Symbol symbol =
          new Symbol(
              name,
              table.getLong(at + 8),
              table.getLong(at + 16),
              info & 0xF,
              (info >> 4 & 0xF) != 0);
      symbols.merge(
          symbol.name(), symbol, (old, next) -> next.global() && !old.global() ? next : old);
    }
    return symbols;
  }

  private String name(ByteBuffer names, int from, long symbolAt) {
    int end = from;
    while (end >= 0 && end < names.limit() && names.get(end) != 0) {
      end++;
    }
    if (end < 0 || end >= names.limit()) {
      throw error(
          symbolAt,
          "a name that ends within " + names.limit() + " bytes",
          "one from " + Integer.toUnsignedString(from));
    }
    byte[] name = new byte[end - from];
    names.get(from, name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private Optional<String> buildId(List<ProgramHeader> headers) throws IOException {
    for (ProgramHeader header : headers) {
      if (header.type() == ProgramHeader.NOTE) {
        Optional<String> id =
            buildId(header, bytes.read("notes", header.offset(), header.fileSize()));
        if (id.isPresent()) {
          return id;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> buildId(ProgramHeader header, ByteBuffer notes) {
    // Name and content are padded to 4 bytes, to 8 in segments that say so.
    long unit = header.alignment() == 8 ? 8 : 4;
    long at = 0;
    while (at + NOTE_HEADER_BYTES <= notes.limit()) {
      int base = (int) at;
      long nameSize = Integer.toUnsignedLong(notes.getInt(base));
      long size = Integer.toUnsignedLong(notes.getInt(base + 4));
      long content = roundUp(at + NOTE_HEADER_BYTES + nameSize, unit);
      if (content + size > notes.limit()) {
        throw error(
            header.offset() + at,
            "a note within " + notes.limit() + " bytes",
            "a name of " + nameSize + " and a content of " + size + " bytes");
      }
      boolean gnu = nameSize == 4 && notes.getInt(base + NOTE_HEADER_BYTES) == 0x00554E47;
      if (gnu && notes.getInt(base + 8) == NOTE_BUILD_ID) {
        byte[] id = new byte[(int) size];
        notes.get((int) content, id);
        return Optional.of(HexFormat.of().formatHex(id));
      }
      at = roundUp(content + size, unit);
    }
    return Optional.empty();
  }

  private static long roundUp(long value, long unit) {
    return value + unit - 1 & -unit;
  }

  private long times(long count, int size) {
    // Too many to multiply are too many for any file: the reader then says how large it is.
    return count < 0 || count > Long.MAX_VALUE / size ? Long.MAX_VALUE : count * size;
  }

  private ElfException error(long at, String expected, String found) {
    return new ElfException(bytes.name(), at, expected, found);
  }
}
