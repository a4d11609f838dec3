package io.godwit.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.elf.ElfFile.SymbolTable;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
  private static final Path JDK = Path.of(System.getProperty("java.home"));

  private static ElfBuilder program() {
    return new ElfBuilder()
        .symbol("main", 0x400100, 3, Symbol.FUNCTION, true)
        .symbol("counter", 0x420000, 8, Symbol.OBJECT, true)
        .undefined("printf");
  }

  private static ElfFile read(byte[] bytes) {
    return ElfFile.read("program", bytes);
  }

  private static ElfException malformed(byte[] bytes) {
    return assertThrows(ElfException.class, () -> read(bytes));
  }

  private static byte[] with(byte[] file, int at, int value) {
    byte[] changed = file.clone();
    changed[at] = (byte) value;
    return changed;
  }

  @Test
  void readsHeadersSymbolsAndBuildId() {
    byte[] bytes = program().build();
    ElfFile elf = read(bytes);
    assertEquals(ElfFile.EXECUTABLE, elf.type());
    assertEquals(Isa.X86_64, elf.requireIsa());
    assertEquals(0x400100, elf.entry());
    assertEquals(bytes.length, elf.size());
    assertEquals(3, elf.programHeaders().size());
    assertEquals(ElfBuilder.TEXT_ADDRESS, elf.loads().getFirst().address());
    assertTrue(elf.loads().getFirst().isExecutable() && !elf.loads().getFirst().isWritable());
    assertEquals(SymbolTable.FULL, elf.symbolTable());
    assertEquals(
        new Symbol("counter", 0x420000, 8, Symbol.OBJECT, true), elf.requireSymbol("counter"));
    assertEquals(Optional.empty(), elf.symbol("printf"), "another file defines it");
    assertEquals(Optional.of("0102ab"), elf.buildId());
    assertTrue(elf.isStatic());
    assertEquals(Optional.of(0x100L), elf.fileOffset(0x400100));
    assertEquals(Optional.empty(), elf.fileOffset(0x420000));
    assertEquals(Optional.empty(), elf.fileOffset(0));
  }

  @Test
  void readsTheOtherIsaAndSharedObjects() {
    ElfFile elf = read(program().machine(183).type(ElfFile.SHARED).build());
    assertEquals(Isa.AARCH64, elf.requireIsa());
    assertEquals(ElfFile.SHARED, elf.type());
  }

  @Test
  void globalSymbolWinsOverALocalOneOfItsName() {
    ElfFile elf =
        read(
            new ElfBuilder()
                .symbol("x", 1, 1, Symbol.OBJECT, false)
                .symbol("x", 2, 1, Symbol.OBJECT, false)
                .symbol("x", 3, 1, Symbol.OBJECT, true)
                .symbol("y", 4, 1, Symbol.OBJECT, false)
                .symbol("y", 5, 1, Symbol.OBJECT, false)
                .build());
    assertEquals(3, elf.requireSymbol("x").address());
    assertEquals(4, elf.requireSymbol("y").address());
  }

  @Test
  void strippedFilesSayWhatTheyLack() {
    ElfFile dynamic = read(program().stripped(true).build());
    assertEquals(SymbolTable.DYNAMIC, dynamic.symbolTable());
    assertTrue(dynamic.symbol("main").isPresent());
    assertLacks("a stripped file, whose dynamic symbols lack it", dynamic, "other");
    assertLacks("a stripped file without symbols", read(program().stripped(false).build()), "main");
    ElfFile bare = read(program().withoutSectionHeaders().build());
    assertEquals(SymbolTable.NO_SECTION_HEADERS, bare.symbolTable());
    assertLacks("a file without section headers", bare, "main");
    assertEquals(Optional.of("0102ab"), bare.buildId(), "notes have program headers");
    assertLacks("none of that name", read(program().build()), "other");
  }

  private static void assertLacks(String found, ElfFile elf, String symbol) {
    ElfException e = assertThrows(ElfException.class, () -> elf.requireSymbol(symbol));
    assertEquals("program: expected a symbol " + symbol + ", found " + found, e.getMessage());
  }

  @Test
  void unusualButLegalFilesAreRead() {
    assertEquals(Optional.empty(), read(program().withoutBuildId().build()).buildId());
    ElfFile many = read(program().countingSectionsInTheFirst().build());
    assertTrue(many.symbol("main").isPresent());
    assertEquals(Optional.empty(), read(program().machine(243).build()).isa());
  }

  @Test
  void saysWhatIsNoExecutable() {
    byte[] elf = program().build();
    assertEquals("an ELF header of 64 bytes", malformed(Arrays.copyOf(elf, 63)).expected());
    assertEquals("23214C46", malformed(with(with(elf, 0, '#'), 1, '!')).found());
    assertEquals("class 1", malformed(with(elf, 4, 1)).found());
    assertEquals("byte order 2", malformed(with(elf, 5, 2)).found());
    assertEquals("version 0", malformed(with(elf, 6, 0)).found());
    assertEquals("type 1", malformed(with(elf, 16, 1)).found());
    assertEquals("machine 243", lackingIsa().found());
    assertEquals(58, malformed(with(elf, 58, 40)).offset());
    assertEquals(54, malformed(with(elf, 54, 32)).offset());
  }

  private static ElfException lackingIsa() {
    ElfFile riscv = read(program().machine(243).build());
    return assertThrows(ElfException.class, riscv::requireIsa);
  }

  @Test
  void segmentsOutsideTheFileAreRefused() {
    byte[] elf = program().build();
    ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).putLong(64 + 56 + 32, 1L << 40);
    ElfException e = malformed(elf);
    assertEquals(64 + 56, e.offset());
    assertEquals("1099511627776 bytes from 0", e.found());
  }

  /** Tail-shared names could make a small file claim gigabytes of them. */
  @Test
  void namesWithoutEndAreRefused() {
    ElfBuilder builder = new ElfBuilder().symbol("n".repeat(60_000), 1, 1, Symbol.OBJECT, true);
    for (int i = 0; i < 5_000; i++) {
      builder.symbol("", 1, 1, Symbol.OBJECT, true);
    }
    byte[] elf = builder.build();
    ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    int symbols = (int) file.getLong((int) file.getLong(40) + 2 * 64 + 24);
    for (int i = 0; i < 5_000; i++) {
      file.putInt(symbols + 24 * (i + 2), 1 + i);
    }
    assertEquals("names many times as long altogether", malformed(elf).found());
  }

  @Test
  void damagedFilesEndInAnElfException() {
    byte[] elf = program().build();
    for (int length = 0; length < elf.length; length++) {
      check(Arrays.copyOf(elf, length), "cut to " + length);
    }
    for (long seed = 1; seed <= 20_000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = elf.clone();
      for (int i = random.nextInt(6); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] =
            (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(2) * 0xFF);
      }
      check(bytes, "seed " + seed);
    }
  }

  private static void check(byte[] bytes, String what) {
    try {
      ElfFile elf = read(bytes);
      elf.fileOffset(elf.entry());
    } catch (ElfException e) {
      assertFalse(e.getMessage().isEmpty(), what);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what, e);
    }
  }

  @Test
  void readsTheExecutablesOfThisJdk() throws IOException {
    ElfFile java = ElfFile.read(JDK.resolve("bin/java"));
    Isa isa = Isa.ofKernelName(System.getProperty("os.arch"));
    assertEquals(isa, java.requireIsa());
    assertEquals(ElfFile.SHARED, java.type(), "the launcher is position-independent");
    assertFalse(java.isStatic());
    assertTrue(java.loads().stream().anyMatch(ProgramHeader::isExecutable));
    ElfFile jvm = ElfFile.read(JDK.resolve("lib/server/libjvm.so"));
    Symbol create = jvm.requireSymbol("JNI_CreateJavaVM");
    assertEquals(Symbol.FUNCTION, create.type());
    assertTrue(create.size() > 0 && jvm.fileOffset(create.address()).isPresent());
  }

  @Test
  void fileAndBytesAreReadAlike(@TempDir Path directory) throws IOException {
    byte[] bytes = program().build();
    Path file = Files.write(directory.resolve("program"), bytes);
    assertEquals(ElfFile.read(file.toString(), bytes), ElfFile.read(file));
    assertThrows(NoSuchFileException.class, () -> ElfFile.read(directory.resolve("none")));
  }
}
