package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.RegFileEntry;
import io.godwit.criu.field.VmaEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The twin in the place of the executable. Counter's data lies at 0x421280, 64 bytes in the file,
 * then bss to 0x461940; its page is in the dump, the one after it is not.
 */
final class ExecutablesTest {
  private static final String SOURCE = "programs/counter_x86-64";
  private static final String TWIN = "programs/counter_aarch64";
  private static final int DATA_HEADER = 64 + 2 * 56;
  private static final int OFFSET = 8;
  private static final int FILE_SIZE = 32;
  private static final int MEMORY_SIZE = 40;
  private static final long DATA = 0x421280;
  private static final int UNUSED_WORD = 0x10; // of .data, never written by the program

  @Test
  void sizeAndBuildIdAreTheTwins() throws Exception {
    Corpus.Case what = Corpus.counter();
    Executable executable = what.executables().getFirst();
    Message file = Converted.of(what).file("/counter");
    assertEquals(executable.twin().size(), file.requireVarint(RegFileEntry.SIZE));
    ByteBuffer words = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    file.varints(RegFileEntry.BUILD_ID).forEach(word -> words.putInt(word.intValue()));
    assertEquals(
        executable.twin().buildId().orElseThrow(), HexFormat.of().formatHex(words.array()));
  }

  @Test
  void boundsOfCodeAndDataAreTheTwins() throws Exception {
    byte[] twin = Corpus.bytes(TWIN);
    patch(twin, 64 + 56 + FILE_SIZE, 0xe00);
    Message mm = Converted.of(with(Corpus.bytes(SOURCE), twin)).mm(1);
    assertEquals(0x410380, mm.requireVarint(MmEntry.MM_START_CODE));
    assertEquals(0x410380 + 0xe00, mm.requireVarint(MmEntry.MM_END_CODE));
    assertEquals(DATA, mm.requireVarint(MmEntry.MM_START_DATA));
    assertEquals(DATA + 0x40, mm.requireVarint(MmEntry.MM_END_DATA));
  }

  @Test
  void wordThatTheProgramNeverChangedIsTheTwins() throws Exception {
    byte[] twin = Corpus.bytes(TWIN);
    patch(twin, 0x1280 + UNUSED_WORD, 0x1122334455667788L);
    Converted converted = Converted.of(with(Corpus.bytes(SOURCE), twin));
    assertArrayEquals(
        word(0x1122334455667788L),
        converted.memory(1, DATA + UNUSED_WORD, Long.BYTES).orElseThrow());
  }

  @Test
  void wordThatTheProgramChangedIsTheProgramsAlsoWhereTheTwinBeginsWithAnother() throws Exception {
    Corpus.Case real = Corpus.counter();
    // The number that counter counts with stands somewhere in its dumped data.
    byte[] before = real.source().read("pages-1.img", Corpus.PAGE + 0x2e0, 64);
    byte[] twin = Corpus.bytes(TWIN);
    patch(twin, 0x1280 + UNUSED_WORD, 0x1122334455667788L);
    Converted converted = Converted.of(with(Corpus.bytes(SOURCE), twin));
    assertArrayEquals(before, converted.memory(1, 0x4212e0, 64).orElseThrow());
  }

  @Test
  void dataThatOnlyTheTwinHasIsThereAndZeroBehindIt() throws Exception {
    byte[] twin = withMoreData(Corpus.bytes(TWIN));
    Corpus.Case what = with(Corpus.bytes(SOURCE), twin);
    Converted converted = Converted.of(what);
    assertArrayEquals(word(0xCAFE_F00DL), converted.memory(1, 0x422400, Long.BYTES).orElseThrow());
    // The file goes on with other things, which CRIU would map there.
    assertArrayEquals(new byte[64], converted.memory(1, 0x422540, 64).orElseThrow());
    assertNoOverlap(converted.vmas(1));
    assertCovered(converted.vmas(1), 0x421000, 0x462000);
    Vma data = at(converted.vmas(1), 0x421000);
    assertEquals(0x423000, data.end());
    assertTrue(data.isPrivateFile());
    assertFalse(at(converted.vmas(1), 0x423000).isFile());
  }

  @Test
  void bssThatTheSourceHadInItsFileIsMappedAndKept() throws Exception {
    byte[] source = withMoreData(Corpus.bytes(SOURCE));
    Corpus.Case what = with(source, Corpus.bytes(TWIN));
    what.source().editOnly(ImageName.of(ImageKind.MM, 1), mm -> moveBorder(mm, 0x422000, 0x423000));
    Converted converted = Converted.of(what);
    assertNoOverlap(converted.vmas(1));
    assertCovered(converted.vmas(1), 0x421000, 0x462000);
    assertFalse(at(converted.vmas(1), 0x422000).isFile());
  }

  @Test
  void mappingsComeFromTheTwinsHeadersNotFromTheSourcesOffsets() throws Exception {
    byte[] twin = withMoreData(Corpus.bytes(TWIN));
    Converted converted = Converted.of(with(Corpus.bytes(SOURCE), twin));
    assertEquals(0x3000, at(converted.vmas(1), 0x421000).fileOffset());
  }

  @Test
  void codeWhereTheProgramHasDataIsRefused() throws Exception {
    byte[] twin = Corpus.bytes(TWIN);
    patch(twin, 64 + 56 + FILE_SIZE, 0x11000);
    patch(twin, 64 + 56 + MEMORY_SIZE, 0x11000);
    byte[] longer = Arrays.copyOf(twin, 0x20000);
    List<String> reasons = Converted.refusals(with(Corpus.bytes(SOURCE), longer));
    assertTrue(
        reasons.stream().anyMatch(reason -> reason.contains("has data where its twin has code")),
        reasons.toString());
  }

  @Test
  void heapWhereTheTwinHasDataIsRefused() throws Exception {
    byte[] twin = Corpus.bytes(TWIN);
    patch(twin, DATA_HEADER + MEMORY_SIZE, 0x60000);
    Corpus.Case what = with(Corpus.bytes(SOURCE), twin);
    what.source()
        .editOnly(
            ImageName.of(ImageKind.MM, 1),
            mm ->
                mm.withVarint(MmEntry.MM_START_BRK, 0x470000).withVarint(MmEntry.MM_BRK, 0x471000));
    assertEquals(
        List.of(
            "the twin of /counter reaches to 0x481280, where the heap of process 1 begins at"
                + " 0x470000"),
        Converted.refusals(what));
  }

  @Test
  void twinOfTheSourcesOwnIsaIsRefused() throws Exception {
    List<String> reasons = Converted.refusals(with(Corpus.bytes(SOURCE), Corpus.bytes(SOURCE)));
    assertTrue(reasons.contains("the twin of /counter is not of aarch64"), reasons.toString());
  }

  @Test
  void openDescriptorOfTheExecutableIsTheTwinsToo() throws Exception {
    Corpus.Case what = Corpus.counter();
    Message first = what.source().image(ImageKind.FILES).messages().getFirst();
    what.source()
        .edit(
            ImageName.of(ImageKind.FILES),
            files -> {
              List<Message> all = new ArrayList<>(files.messages());
              Message reg = first.requireMessage(FileEntry.REG).withVarint(RegFileEntry.ID, 99);
              all.add(first.withVarint(FileEntry.ID, 99).withMessage(FileEntry.REG, reg));
              return files.withMessages(all);
            });
    assertEquals(
        what.executables().getFirst().twin().size(),
        Converted.of(what).file("/counter").requireVarint(RegFileEntry.SIZE));
  }

  @Test
  void codeThatTheProgramMadeItselfIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.MM, 1),
            mm ->
                mm.withMessages(
                    MmEntry.VMAS,
                    mm.messages(MmEntry.VMAS).stream()
                        .map(vma ->
                            vma.requireVarint(VmaEntry.START) == 0x422000
                                ? vma.withVarint(VmaEntry.PROT, 7)
                                : vma)
                        .toList()));
    assertEquals(
        List.of(
            "process 1 has code at 0x422000-0x462000 that it made itself, which is of the source's"
                + " instruction set"),
        Converted.refusals(what));
  }

  private static Corpus.Case with(byte[] source, byte[] twin) throws Exception {
    return Corpus.counter().twins(Corpus.executable("/counter", source, twin));
  }

  /**
   * Its data now reaches to 0x422500 in the file, which holds it at 0x3280 with a word at 0x422400
   * and goes on behind it.
   */
  private static byte[] withMoreData(byte[] elf) {
    byte[] longer = Arrays.copyOf(elf, 0x5000);
    Arrays.fill(longer, 0x3000, 0x5000, (byte) 0x5a);
    Arrays.fill(longer, 0x3280, 0x3280 + 0x1280, (byte) 0);
    System.arraycopy(elf, 0x1280, longer, 0x3280, 0x40);
    patch(longer, 0x3280 + (int) (0x422400 - DATA), 0xCAFE_F00DL);
    patch(longer, DATA_HEADER + OFFSET, 0x3280);
    patch(longer, DATA_HEADER + FILE_SIZE, 0x1280);
    return longer;
  }

  private static Message moveBorder(Message mm, long from, long to) {
    return mm.withMessages(
        MmEntry.VMAS,
        mm.messages(MmEntry.VMAS).stream()
            .map(vma -> {
              if (vma.requireVarint(VmaEntry.END) == from) {
                return vma.withVarint(VmaEntry.END, to).withVarint(VmaEntry.PGOFF, 0x3000);
              }
              return vma.requireVarint(VmaEntry.START) == from
                  ? vma.withVarint(VmaEntry.START, to)
                  : vma;
            })
            .toList());
  }

  private static Vma at(List<Vma> vmas, long address) {
    return vmas.stream().filter(vma -> vma.contains(address)).findFirst().orElseThrow();
  }

  private static void assertNoOverlap(List<Vma> vmas) {
    for (int i = 1; i < vmas.size(); i++) {
      assertTrue(
          Long.compareUnsigned(vmas.get(i - 1).end(), vmas.get(i).start()) <= 0,
          vmas.get(i - 1).range() + " and " + vmas.get(i).range());
    }
  }

  private static void assertCovered(List<Vma> vmas, long start, long end) {
    for (long page = start; page < end; page += Corpus.PAGE) {
      long address = page;
      assertTrue(vmas.stream().anyMatch(vma -> vma.contains(address)), Long.toHexString(address));
    }
  }

  private static void patch(byte[] elf, int at, long value) {
    ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
  }

  private static byte[] word(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
