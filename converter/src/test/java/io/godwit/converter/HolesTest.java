package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.RegFileEntry;
import io.godwit.criu.field.SeccompEntry;
import io.godwit.criu.field.SeccompFilter;
import io.godwit.criu.field.ThreadCoreEntry;
import io.godwit.criu.field.ThreadInfoAarch64;
import io.godwit.criu.field.VmaEntry;
import io.godwit.isa.Isa;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The holes that movers before this one had, each with its test. */
final class HolesTest {
  /** Where counter's data page lies in its pages file: the text page goes before it. */
  private static final int DATA = Corpus.PAGE;

  private static final int WISH = 0x280;
  private static final int REGISTERS = 0x2e0;
  private static final int THREAD_POINTER = 0x5f0;

  @Test
  void programThatRanOnAfterItPublishedIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().poke("pages-1.img", DATA + WISH, word(0));
    assertEquals(
        List.of(
            "process 1 is not parked at its migration point: __migrate_gb_variable is 0, not -1"),
        Converted.refusals(what));
  }

  @Test
  void magicOfThePublishedRegistersIsChecked() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().poke("pages-1.img", DATA + REGISTERS, word(0));
    assertEquals(
        List.of(
            "process 1 has not published registers for aarch64: regs_dst begins with 0x0, not"
                + " 0xaabcbdeadbeaf"),
        Converted.refusals(what));
  }

  @Test
  void registersForTheOtherIsaAreNotTakenForOurs() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().poke("pages-1.img", DATA + REGISTERS, word(0xA8664DEADBEAFL));
    assertTrue(Converted.refusals(what).getFirst().contains("0xa8664deadbeaf"));
  }

  @Test
  void registersThatAreGlobalToTheProcessAreNotGivenToSeveralThreads() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .edit(
            ImageName.of(ImageKind.PSTREE),
            tree ->
                tree.map(entry -> entry.withVarints(PstreeEntry.THREADS, List.of(1L, 2L), false)))
        .put("core-2.img", what.source().bytes("core-1.img"));
    assertTrue(
        Converted.refusals(what)
            .contains("process 1 has 2 threads, and a program publishes the registers of one"));
  }

  @Test
  void processIdsAreNotPartsOfFileNames() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    EditedFolder source = what.source();
    for (String kind : List.of("core", "mm", "fs", "ids", "pagemap")) {
      source.rename(kind + "-8.img", kind + "-10.img");
    }
    source.edit(
        ImageName.of(ImageKind.PSTREE),
        tree ->
            tree.map(entry ->
                entry.requireVarint(PstreeEntry.PID) == 8
                    ? entry
                        .withVarint(PstreeEntry.PID, 10)
                        .withVarints(PstreeEntry.THREADS, List.of(10L), false)
                    : entry));
    Converted converted = Converted.of(what);
    Converted expected = Converted.of(Corpus.menagerie());
    assertArrayEquals(expected.files().bytes("core-1.img"), converted.files().bytes("core-1.img"));
    assertArrayEquals(expected.files().bytes("core-8.img"), converted.files().bytes("core-10.img"));
    assertFalse(converted.files().names().contains("core-8.img"));
  }

  @Test
  void everyProcessIsReadByTheSymbolsOfItsOwnExecutable() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    Message reg =
        what.source().image(ImageKind.FILES).messages().getFirst().requireMessage(FileEntry.REG);
    // Process 8 now runs another program, whose symbols stand elsewhere.
    what.source()
        .edit(
            ImageName.of(ImageKind.FILES),
            files -> {
              List<Message> all = new ArrayList<>(files.messages());
              all.add(
                  Message.builder()
                      .varint(FileEntry.TYPE, 1)
                      .varint(FileEntry.ID, 99)
                      .message(
                          FileEntry.REG,
                          reg.withVarint(RegFileEntry.ID, 99)
                              .withString(RegFileEntry.NAME, "/counter"))
                      .build());
              return files.withMessages(all);
            })
        .editOnly(ImageName.of(ImageKind.MM, 8), mm -> mm.withVarint(MmEntry.EXE_FILE_ID, 99));
    List<String> reasons =
        Converted.refusals(
            what.twins(
                Corpus.program("menagerie", Isa.X86_64, Isa.AARCH64),
                Corpus.program("counter", Isa.X86_64, Isa.AARCH64)));
    assertTrue(reasons.stream().allMatch(reason -> reason.contains("process 8")), "" + reasons);
  }

  @Test
  void pagesOfAnEarlierCheckpointAreNotCountedAsPresent() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .edit(
            ImageName.of(ImageKind.PAGEMAP, 1),
            pagemap -> {
              List<Message> runs = new ArrayList<>(pagemap.messages());
              runs.add(
                  2,
                  Message.builder()
                      .varint(PagemapEntry.VADDR, 0x420000)
                      .varint(PagemapEntry.COMPAT_NR_PAGES, 1)
                      .varint(PagemapEntry.FLAGS, PagemapEntry.PE_PARENT)
                      .varint(PagemapEntry.NR_PAGES, 1)
                      .build());
              return pagemap.withMessages(runs);
            });
    assertEquals(
        List.of(
            "process 1 has pages at 0x420000 that are not in this checkpoint but in an earlier or a"
                + " remote one; make a full one"),
        Converted.refusals(what));
  }

  @Test
  void onlyThePartOfARunThatLiesInTheMappingIsDropped() throws Exception {
    Corpus.Case what = Corpus.counter();
    Vma vdso = sourceVdso(what);
    byte[] second =
        what.source().read("pages-1.img", what.source().size("pages-1.img") - 2L * Corpus.PAGE, 16);
    // The second page of the run is now the program's own.
    what.source()
        .editOnly(
            ImageName.of(ImageKind.MM, 1),
            mm -> {
              List<Message> vmas = new ArrayList<>();
              for (Message vma : mm.messages(MmEntry.VMAS)) {
                if (!vma.equals(vdso.message())) {
                  vmas.add(vma);
                  continue;
                }
                long border = vdso.start() + Corpus.PAGE;
                vmas.add(vma.withVarint(VmaEntry.END, border));
                vmas.add(
                    vma.withVarint(VmaEntry.START, border)
                        .withVarint(VmaEntry.PROT, VmaEntry.PROT_READ)
                        .withVarint(
                            VmaEntry.STATUS, VmaEntry.AREA_REGULAR | VmaEntry.ANON_PRIVATE));
              }
              return mm.withMessages(MmEntry.VMAS, vmas);
            });
    Converted converted = Converted.of(what);
    assertTrue(converted.memory(1, vdso.start(), 16).isEmpty());
    assertArrayEquals(second, converted.memory(1, vdso.start() + Corpus.PAGE, 16).orElseThrow());
  }

  @Test
  void threadPointerIsTheComputedOne() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().poke("pages-1.img", DATA + THREAD_POINTER, word(0x421300));
    assertEquals(
        0x421300,
        Converted.of(what)
            .core(1)
            .requireMessage(CoreEntry.TI_AARCH64)
            .requireVarint(ThreadInfoAarch64.TLS));
  }

  @Test
  void everyMappedExecutableBecomesItsTwinAndNoTextPageCrosses() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    Converted converted = Converted.of(what);
    assertEquals(
        what.executables().getFirst().twin().size(),
        converted.file("/menagerie").requireVarint(RegFileEntry.SIZE));
    for (long pid : List.of(1L, 8L, 9L)) {
      assertTrue(converted.memory(pid, 0x410000, 16).isEmpty(), "text of process " + pid);
    }
  }

  @Test
  void pagesFileInWhichNothingChangedIsNotCopied() throws Exception {
    // Told of in GraftTest too; here it is that each file is named once.
    Converted converted = Converted.of(Corpus.menagerie());
    assertEquals(
        converted.grafted().files().keySet().stream().distinct().count(),
        converted.grafted().files().size());
  }

  @Test
  void everyThreadIsUnderTheDevicesFilter() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    List<Message> device = filters(what.template());
    Converted converted = Converted.of(what);
    List<Message> after = filters(converted.files());
    for (long pid : List.of(1L, 8L, 9L)) {
      long filter = converted.thread(pid).requireVarint(ThreadCoreEntry.SECCOMP_FILTER);
      assertEquals(
          device.getFirst().bytes(SeccompFilter.FILTER),
          after.get((int) filter).bytes(SeccompFilter.FILTER));
      assertEquals(2, converted.thread(pid).requireVarint(ThreadCoreEntry.SECCOMP_MODE));
    }
  }

  @Test
  void pathThatContainsMemoryIsAPathLikeAnyOther() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    what.source()
        .edit(
            ImageName.of(ImageKind.FILES),
            files ->
                files.map(entry ->
                    entry
                        .message(FileEntry.REG)
                        .filter(reg -> reg.requireString(RegFileEntry.NAME).equals("/data/lock"))
                        .map(reg -> reg.withString(RegFileEntry.NAME, "/data/memory/seccomp"))
                        .map(reg -> entry.withMessage(FileEntry.REG, reg))
                        .orElse(entry)));
    assertEquals(
        16, Converted.of(what).file("/data/memory/seccomp").requireVarint(RegFileEntry.SIZE));
  }

  private static Vma sourceVdso(Corpus.Case what) {
    return Vma.of(what.source().image(ImageKind.MM, 1).only(), MmEntry.VMAS).stream()
        .filter(vma -> vma.has(VmaEntry.AREA_VDSO))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] word(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static List<Message> filters(EditedFolder folder) {
    return folder.image(ImageKind.SECCOMP).only().messages(SeccompEntry.SECCOMP_FILTERS);
  }
}
