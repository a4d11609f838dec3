package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.converter.graft.Origin;
import io.godwit.converter.graft.OutputFile;
import io.godwit.converter.graft.Piece;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.TaskCoreEntry;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The graft as a whole, over real checkpoints. */
final class GraftTest {
  @Test
  void givesTheSameBytesTwice() throws Exception {
    Converted first = Converted.of(Corpus.menagerie());
    Converted second = Converted.of(Corpus.menagerie());
    assertEquals(first.files().names(), second.files().names());
    for (String name : first.files().names()) {
      assertArrayEquals(first.files().bytes(name), second.files().bytes(name), name);
    }
    assertEquals(first.grafted().report(), second.grafted().report());
  }

  @Test
  void changesNothingOfWhatItIsGiven() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    Converted.of(what);
    EditedFolder source = Corpus.folder("menagerie-x86_64-tmpfs");
    for (String name : source.names()) {
      assertArrayEquals(source.bytes(name), what.source().bytes(name), name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mountpoints-13.img", "cgroup.img", "seccomp.img", "ipcns-var-11.img"})
  void takesTheEnvironmentFromTheDevice(String image) throws Exception {
    Corpus.Case what = Corpus.counter();
    assertArrayEquals(what.template().bytes(image), Converted.of(what).files().bytes(image));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pstree.img",
        "descriptors.json",
        "fdinfo-2.img",
        "pipes-data.img",
        "sk-queues.img",
        "ghost-file-1.img",
        "remap-fpath.img",
        "memfd.img",
        "filelocks.img",
        "timens-0.img",
        "utsns-12.img",
        "pages-1.img"
      })
  void takesTheProcessStateFromTheSource(String image) throws Exception {
    Corpus.Case what = Corpus.menagerie();
    assertArrayEquals(what.source().bytes(image), Converted.of(what).files().bytes(image));
  }

  @Test
  void leavesOutNothingButWhatTheDeviceHasItself() throws Exception {
    Corpus.Case what = Corpus.counter();
    Set<String> left = new TreeSet<>(what.source().names());
    left.removeAll(Converted.of(what).files().names());
    // The tmpfs archives stand under the device's numbers.
    left.removeIf(name -> name.startsWith("tmpfs-dev-"));
    assertEquals(Set.of(), left);
  }

  @Test
  void unknownFilesAndFieldsOfTheSourceSurvive() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().put("of-a-later-criu.img", new byte[] {1, 2, 3});
    what.source()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> {
              Message task = core.requireMessage(CoreEntry.TC).withVarint(900, 77);
              return core.withMessage(CoreEntry.TC, task);
            });
    Converted converted = Converted.of(what);
    assertArrayEquals(new byte[] {1, 2, 3}, converted.files().bytes("of-a-later-criu.img"));
    assertEquals(77, converted.task(1).requireVarint(900));
  }

  @Test
  void pagesThatDoNotChangeAreToldNotCopied() throws Exception {
    Converted converted = Converted.of(Corpus.counter());
    OutputFile.Spliced pages =
        assertInstanceOf(OutputFile.Spliced.class, converted.grafted().files().get("pages-1.img"));
    assertTrue(pages.pieces().stream().allMatch(Piece.Stored.class::isInstance));
    // Of the source's six pages one is text and two are its vdso; two of the device's vdso come.
    assertEquals(5 * Corpus.PAGE, pages.pieces().stream().mapToLong(Piece::length).sum());
  }

  @Test
  void sharedMemoryStaysTheSourcesFile() throws Exception {
    Converted converted = Converted.of(Corpus.menagerie());
    assertEquals(
        new OutputFile.Copied(Origin.SOURCE, "pages-1.img"),
        converted.grafted().files().get("pages-1.img"));
  }

  @Test
  void onTheSameIsaNothingOfTheProcessIsRewritten() throws Exception {
    Corpus.Case what = Corpus.sameIsa();
    Converted converted = Converted.of(what);
    EntryImage before = what.source().image(ImageKind.CORE, 1);
    assertEquals(
        before.only().requireMessage(CoreEntry.THREAD_INFO),
        converted.core(1).requireMessage(CoreEntry.THREAD_INFO));
    assertEquals(
        new OutputFile.Copied(Origin.SOURCE, "pages-1.img"),
        converted.grafted().files().get("pages-1.img"));
    assertEquals(what.source().image(ImageKind.MM, 1).only(), converted.mm(1));
    assertEquals(List.of(), converted.report("registers"));
  }

  @Test
  void goesHomeAgain() throws Exception {
    Converted converted = Converted.of(Corpus.counterHome());
    assertEquals(CoreEntry.MARCH_X86_64, converted.core(1).requireVarint(CoreEntry.MTYPE));
    assertTrue(converted.core(1).has(CoreEntry.THREAD_INFO));
    assertFalse(converted.core(1).has(CoreEntry.TI_AARCH64));
  }

  @Test
  void movesEveryProcessOfTheTree() throws Exception {
    Converted converted = Converted.of(Corpus.menagerie());
    for (long pid : List.of(1L, 8L, 9L)) {
      assertTrue(converted.core(pid).has(CoreEntry.TI_AARCH64), "process " + pid);
    }
    assertEquals(
        TaskCoreEntry.TASK_DEAD, converted.task(7).requireVarint(TaskCoreEntry.TASK_STATE));
    assertEquals(CoreEntry.MARCH_AARCH64, converted.core(7).requireVarint(CoreEntry.MTYPE));
  }

  @Test
  void namesEveryReasonNotTheFirst() throws Exception {
    Corpus.Case what = Corpus.menagerie().twins();
    List<String> reasons = Converted.refusals(what);
    for (long pid : List.of(1L, 8L, 9L)) {
      assertTrue(
          reasons.stream().anyMatch(reason -> reason.contains("process " + pid)),
          reasons.toString());
    }
  }
}
