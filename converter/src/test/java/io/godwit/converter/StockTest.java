package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFile;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.InotifyFileEntry;
import io.godwit.criu.field.InventoryEntry;
import io.godwit.criu.field.MntEntry;
import io.godwit.criu.field.RegFileEntry;
import io.godwit.criu.field.SeccompEntry;
import io.godwit.criu.field.SeccompFilter;
import io.godwit.criu.field.ThreadCoreEntry;
import io.godwit.criu.field.ThreadInfoX86;
import io.godwit.criu.field.UserX86FpregsEntry;
import io.godwit.criu.field.UserX86XsaveEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A stock program between machines of one ISA that differ in all else. */
final class StockTest {
  /**
   * The program's process, and the thread that installed the filter; 9 to 11 are the others, 8 the
   * zombie.
   */
  private static final long PROGRAM = 7;

  private static final long ANOTHER_THREAD = 9;
  private static final long TSYNC = 1;
  private static final long OPMASK = 1L << 5;
  private static final long PKRU = 1L << 9;

  @Test
  void everyImageIsReadAndWrittenUnchanged() throws Exception {
    Corpus.Case what = Corpus.stock();
    for (EditedFolder folder : List.of(what.source(), what.template())) {
      for (String name : folder.names()) {
        if (ImageName.parse(name).isPresent()
            && ImageFile.decode(name, folder.bytes(name)) instanceof EntryImage image) {
          assertArrayEquals(folder.bytes(name), image.encode().toByteArray(), name);
        }
      }
    }
  }

  @Test
  void filterOfTheProgramsOwnStandsUponTheDevices() throws Exception {
    Corpus.Case what = Corpus.stock();
    Converted converted = Converted.of(what);
    List<Message> own = chain(what.source(), PROGRAM);
    List<Message> device = chain(what.template(), 1);
    List<Message> after = chain(converted.files(), PROGRAM);
    assertEquals(2, own.size());
    assertEquals(2, after.size());
    assertEquals(program(device.getFirst()), program(after.getFirst()));
    assertEquals(program(own.getLast()), program(after.getLast()));
  }

  @Test
  void threadsWithOtherFiltersThanTheirLeaderAreNotSpreadOver() throws Exception {
    Corpus.Case what = Corpus.stock();
    Converted converted = Converted.of(what);
    for (long thread : List.of(PROGRAM, ANOTHER_THREAD)) {
      for (Message filter : chain(converted.files(), thread)) {
        assertEquals(0, filter.requireVarint(SeccompFilter.FLAGS) & TSYNC);
      }
    }
    assertEquals(
        List.of(program(chain(what.template(), 1).getFirst())),
        chain(converted.files(), ANOTHER_THREAD).stream().map(StockTest::program).toList());
  }

  @Test
  void threadsThatTheirLeaderSpreadsOverHaveNoFilterOfTheirOwn() throws Exception {
    Corpus.Case what = Corpus.stock();
    // As CRIU writes it where all threads have the same filters.
    for (long thread = ANOTHER_THREAD; thread <= 11; thread++) {
      editThread(
          what.source(),
          thread,
          core ->
              core.without(ThreadCoreEntry.SECCOMP_MODE).without(ThreadCoreEntry.SECCOMP_FILTER));
    }
    what.source()
        .editOnly(
            ImageName.of(ImageKind.SECCOMP),
            seccomp ->
                seccomp.withMessages(
                    SeccompEntry.SECCOMP_FILTERS,
                    seccomp.messages(SeccompEntry.SECCOMP_FILTERS).stream()
                        .map(filter -> filter.withVarint(SeccompFilter.FLAGS, TSYNC))
                        .toList()));
    Converted converted = Converted.of(what);
    assertFalse(converted.thread(ANOTHER_THREAD).has(ThreadCoreEntry.SECCOMP_MODE));
    List<Message> leaders = chain(converted.files(), PROGRAM);
    assertEquals(2, leaders.size());
    for (Message filter : leaders) {
      assertEquals(TSYNC, filter.requireVarint(SeccompFilter.FLAGS) & TSYNC);
    }
  }

  @Test
  void connectionsThatAreKeptAreNotMarkedClosed() throws Exception {
    Corpus.Case what = Corpus.stock();
    ImageName inventory = ImageName.of(ImageKind.INVENTORY);
    assertTrue(what.template().image(inventory).only().has(InventoryEntry.TCP_CLOSE));
    Converted converted = Converted.of(what);
    assertFalse(converted.files().image(inventory).only().has(InventoryEntry.TCP_CLOSE));
    assertEquals(streams(what.source()), streams(converted.files()));
    assertEquals(2, streams(converted.files()).size());
  }

  @Test
  void initProgramIsTheSourcesFromTheContainersLayer() throws Exception {
    Corpus.Case what = Corpus.stock();
    Converted converted = Converted.of(what);
    EntryImage mounts = converted.files().image(ImageKind.MOUNTPOINTS, 13);
    assertEquals(
        what.template().image(ImageKind.MOUNTPOINTS, 13).messages().size() - 1,
        mounts.messages().size());
    long root =
        mounts.messages().stream()
            .filter(mount -> mount.requireString(MntEntry.MOUNTPOINT).equals("/"))
            .findFirst()
            .orElseThrow()
            .requireVarint(MntEntry.MNT_ID);
    assertEquals(
        root, converted.file("/sbin/docker-init").zigzag(RegFileEntry.MNT_ID).orElseThrow());
    assertEquals(1, converted.report("init program").size());
  }

  @Test
  void watchedFolderIsFoundByItsPath() throws Exception {
    Corpus.Case what = Corpus.stock();
    Message there = watch(Converted.of(what).files());
    assertEquals("/etc/conf.d", there.requireMessage(7).requireString(4));
    long device =
        what.template().image(ImageKind.MOUNTPOINTS, 13).messages().stream()
            .filter(mount -> mount.requireString(MntEntry.MOUNTPOINT).equals("/"))
            .findFirst()
            .orElseThrow()
            .requireVarint(MntEntry.ROOT_DEV);
    assertEquals(device, there.requireVarint(5));
  }

  @Test
  void watchOfAFileWithoutANameIsRefused() throws Exception {
    Corpus.Case what = Corpus.stock();
    editWatch(what.source(), watch -> watch.withMessage(7, watch.requireMessage(7).without(4)));
    List<String> reasons = Converted.refusals(what);
    assertEquals(1, reasons.size());
    assertTrue(
        reasons.getFirst().matches("inotify \\d+ watches a file that has no name any more"),
        reasons.toString());
  }

  @Test
  void mountThatTheProgramMadeIsRefused() throws Exception {
    Corpus.Case what = Corpus.stock();
    what.source()
        .edit(
            ImageName.of(ImageKind.MOUNTPOINTS, 13),
            mounts -> {
              List<Message> more = new ArrayList<>(mounts.messages());
              more.add(
                  more.getFirst()
                      .withVarint(MntEntry.MNT_ID, 9999)
                      .withString(MntEntry.MOUNTPOINT, "./mnt/own"));
              return mounts.withMessages(more);
            });
    assertEquals(
        List.of("the container has a mount at /mnt/own, where the device has none"),
        Converted.refusals(what));
  }

  @Test
  void registersThatTheDevicesCpuLacksAreLeftOutWhereTheyHoldNothing() throws Exception {
    Corpus.Case what = Corpus.stock();
    assertFalse(xsave(what.source(), PROGRAM).varints(UserX86XsaveEntry.OPMASK_REG).isEmpty());
    Converted converted = Converted.of(what);
    Message after = xsave(converted.files(), PROGRAM);
    assertTrue(after.varints(UserX86XsaveEntry.OPMASK_REG).isEmpty());
    assertEquals(0, after.requireVarint(UserX86XsaveEntry.XSTATE_BV) & OPMASK);
    assertFalse(after.varints(UserX86XsaveEntry.YMMH_SPACE).isEmpty());
    assertTrue(
        converted.report("CPU state").stream()
            .anyMatch(line -> line.subject().equals("AVX-512 mask registers")));
  }

  @Test
  void registersThatTheDevicesCpuLacksAreRefusedWhereTheyHoldSomething() throws Exception {
    Corpus.Case what = Corpus.stock();
    editXsave(
        what.source(),
        area ->
            inUse(area, OPMASK)
                .withVarints(
                    UserX86XsaveEntry.OPMASK_REG, List.of(5L, 0L, 0L, 0L, 0L, 0L, 0L, 0L), false));
    assertEquals(
        List.of("thread 9 holds AVX-512 mask registers, which the device's CPU does not have"),
        Converted.refusals(what));
  }

  @Test
  void protectionKeysAreRefused() throws Exception {
    Corpus.Case what = Corpus.stock();
    editXsave(
        what.source(),
        area ->
            inUse(area, PKRU)
                .withVarints(UserX86XsaveEntry.PKRU, List.of(0x5555_5558L, 0L), false));
    assertEquals(
        List.of("thread 9 uses protection keys (pkeys), which CRIU does not keep with the memory"),
        Converted.refusals(what));
  }

  @Test
  void stateThatCriuDoesNotDumpIsRefused() throws Exception {
    Corpus.Case what = Corpus.stock();
    editXsave(what.source(), area -> inUse(area, 1L << 18));
    assertEquals(
        List.of(
            "thread 9 holds CPU state that CRIU does not dump (XSTATE_BV 0x40000; AMX tiles are"
                + " 0x60000)"),
        Converted.refusals(what));
  }

  private static Message inUse(Message area, long bit) {
    return area.withVarint(
        UserX86XsaveEntry.XSTATE_BV, area.requireVarint(UserX86XsaveEntry.XSTATE_BV) | bit);
  }

  private static Message xsave(EditedFolder folder, long thread) {
    return folder
        .image(ImageKind.CORE, thread)
        .only()
        .requireMessage(CoreEntry.THREAD_INFO)
        .requireMessage(ThreadInfoX86.FPREGS)
        .requireMessage(UserX86FpregsEntry.XSAVE);
  }

  private static void editXsave(EditedFolder folder, UnaryOperator<Message> change) {
    folder.editOnly(
        ImageName.of(ImageKind.CORE, ANOTHER_THREAD),
        core -> {
          Message info = core.requireMessage(CoreEntry.THREAD_INFO);
          Message fpregs = info.requireMessage(ThreadInfoX86.FPREGS);
          Message area = change.apply(fpregs.requireMessage(UserX86FpregsEntry.XSAVE));
          return core.withMessage(
              CoreEntry.THREAD_INFO,
              info.withMessage(
                  ThreadInfoX86.FPREGS, fpregs.withMessage(UserX86FpregsEntry.XSAVE, area)));
        });
  }

  private static void editThread(EditedFolder folder, long thread, UnaryOperator<Message> change) {
    folder.editOnly(
        ImageName.of(ImageKind.CORE, thread),
        core ->
            core.withMessage(
                CoreEntry.THREAD_CORE, change.apply(core.requireMessage(CoreEntry.THREAD_CORE))));
  }

  private static Message watch(EditedFolder folder) {
    return folder.image(ImageKind.FILES).messages().stream()
        .flatMap(entry -> entry.message(FileEntry.IFY).stream())
        .flatMap(file -> file.messages(InotifyFileEntry.WD).stream())
        .findFirst()
        .orElseThrow();
  }

  private static void editWatch(EditedFolder folder, UnaryOperator<Message> change) {
    folder.edit(
        ImageName.of(ImageKind.FILES),
        files ->
            files.map(entry ->
                entry
                    .message(FileEntry.IFY)
                    .map(file ->
                        entry.withMessage(
                            FileEntry.IFY,
                            file.withMessages(
                                InotifyFileEntry.WD,
                                file.messages(InotifyFileEntry.WD).stream().map(change).toList())))
                    .orElse(entry)));
  }

  /** A thread's filters, the oldest first. */
  private static List<Message> chain(EditedFolder folder, long thread) {
    List<Message> filters =
        folder.image(ImageKind.SECCOMP).only().messages(SeccompEntry.SECCOMP_FILTERS);
    Message core =
        folder.image(ImageKind.CORE, thread).only().requireMessage(CoreEntry.THREAD_CORE);
    List<Message> chain = new ArrayList<>();
    int at = (int) core.requireVarint(ThreadCoreEntry.SECCOMP_FILTER);
    while (true) {
      Message filter = filters.get(at);
      chain.add(filter);
      if (!filter.has(SeccompFilter.PREV)) {
        return chain;
      }
      at = (int) filter.requireVarint(SeccompFilter.PREV);
    }
  }

  private static Object program(Message filter) {
    return filter.bytes(SeccompFilter.FILTER).orElseThrow();
  }

  private static List<String> streams(EditedFolder folder) {
    return folder.names().stream().filter(name -> name.startsWith("tcp-stream-")).toList();
  }
}
