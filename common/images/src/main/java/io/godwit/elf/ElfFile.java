package io.godwit.elf;

import io.godwit.isa.Isa;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A 64-bit little-endian executable.
 *
 * @param name of the file, for messages
 * @param size of the file in bytes
 * @param type {@link #EXECUTABLE} or {@link #SHARED}
 * @param machine e_machine
 * @param entry address of the first instruction
 * @param programHeaders in the order of the file
 * @param symbolTable where the symbols come from
 * @param symbols by name; where several have one name, the global one, else the first
 * @param buildId the GNU build-id's bytes, in lower-case hexadecimal
 */
public record ElfFile(
    String name,
    long size,
    int type,
    int machine,
    long entry,
    List<ProgramHeader> programHeaders,
    SymbolTable symbolTable,
    Map<String, Symbol> symbols,
    Optional<String> buildId) {
  /** {@link #type}: mapped at the addresses it says (ET_EXEC). */
  public static final int EXECUTABLE = 2;

  /** {@link #type}: mapped anywhere (ET_DYN): a shared object or a position-independent program. */
  public static final int SHARED = 3;

  /** Where an executable's symbols were found. */
  public enum SymbolTable {
    /** In .symtab: all of them. */
    FULL,
    /** In .dynsym: a stripped file, only what the dynamic linker needs. */
    DYNAMIC,
    /** The file has section headers, but no table of symbols. */
    NONE,
    /** The file has no section headers, so nothing says where symbols would be. */
    NO_SECTION_HEADERS
  }

  /** Takes copies of the collections. */
  public ElfFile {
    programHeaders = List.copyOf(programHeaders);
    symbols = Map.copyOf(symbols);
  }

  /**
   * Reads an executable; only its headers, symbols and notes are read.
   *
   * @throws ElfException when it is none or is damaged
   */
  public static ElfFile read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return new ElfReader(new ElfBytes.OfChannel(file.toString(), channel)).read();
    }
  }

  /**
   * Reads an executable that is in memory.
   *
   * @param name what errors call it
   * @throws ElfException when it is none or is damaged
   */
  public static ElfFile read(String name, byte[] bytes) {
    try {
      return new ElfReader(new ElfBytes.OfArray(name, bytes)).read();
    } catch (IOException e) {
      throw new AssertionError("an array has no input errors", e);
    }
  }

  /** The ISA, when it is one that Godwit moves. */
  public Optional<Isa> isa() {
    for (Isa isa : Isa.values()) {
      if (isa.elfMachine() == machine) {
        return Optional.of(isa);
      }
    }
    return Optional.empty();
  }

  /**
   * The ISA.
   *
   * @throws ElfException when it is none that Godwit moves
   */
  public Isa requireIsa() {
    return isa()
        .orElseThrow(() ->
            new ElfException(
                name, 18, "machine 62 (x86_64) or 183 (aarch64)", "machine " + machine));
  }

  /** The program headers that are mapped. */
  public List<ProgramHeader> loads() {
    return programHeaders.stream().filter(ProgramHeader::isLoad).toList();
  }

  /** Whether the kernel starts it without a dynamic linker. */
  public boolean isStatic() {
    return programHeaders.stream().noneMatch(h -> h.type() == ProgramHeader.INTERPRETER);
  }

  /** A symbol. */
  public Optional<Symbol> symbol(String symbol) {
    return Optional.ofNullable(symbols.get(symbol));
  }

  /**
   * A symbol that must be there.
   *
   * @throws ElfException when it is not; says whether there are symbols at all
   */
  public Symbol requireSymbol(String symbol) {
    return symbol(symbol)
        .orElseThrow(() ->
            new ElfException(
                name,
                -1,
                "a symbol " + symbol,
                switch (symbolTable) {
                  case FULL -> "none of that name";
                  case DYNAMIC -> "a stripped file, whose dynamic symbols lack it";
                  case NONE -> "a stripped file without symbols";
                  case NO_SECTION_HEADERS -> "a file without section headers";
                }));
  }

  /**
   * Where in the file the byte is that is mapped at the address.
   *
   * @return empty when no part of the file is mapped there
   */
  public Optional<Long> fileOffset(long address) {
    return loads().stream()
        .filter(load -> address >= load.address() && address - load.address() < load.fileSize())
        .map(load -> load.offset() + (address - load.address()))
        .findFirst();
  }
}
