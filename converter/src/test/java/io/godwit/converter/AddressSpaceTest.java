package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.converter.graft.Auxv;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.ProcessMemory;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.VmaEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The kernel's own mappings, the width of addresses and the auxiliary vector. */
final class AddressSpaceTest {
  private static final int KERNEL_MADE =
      VmaEntry.AREA_VDSO | VmaEntry.AREA_VVAR | VmaEntry.AREA_VSYSCALL;

  @Test
  void sourcesVdsoGoesAndTheDevicesComes() throws Exception {
    Corpus.Case what = Corpus.counter();
    Converted converted = Converted.of(what);
    assertEquals(kernelMade(what.template()), kernelMade(converted.vmas(1)));
  }

  @Test
  void devicesVdsoBringsItsPages() throws Exception {
    Corpus.Case what = Corpus.counter();
    Vma vdso = vdso(vmas(what.template()));
    ImageFolder template = ImageFolder.of(what.template());
    byte[] expected =
        new ProcessMemory(template, template.pagemap(1, Corpus.PAGE))
            .read(vdso.start(), (int) vdso.length())
            .orElseThrow();
    assertArrayEquals(
        expected, Converted.of(what).memory(1, vdso.start(), (int) vdso.length()).orElseThrow());
  }

  @Test
  void vdsoMovesAsideWhereTheProcessHasMemoryAndEverythingFollows() throws Exception {
    Corpus.Case what = Corpus.counter();
    Vma theirs = vdso(vmas(what.template()));
    what.source().editOnly(ImageName.of(ImageKind.MM, 1), mm -> with(mm, ours(theirs)));
    Converted converted = Converted.of(what);
    Vma moved = vdso(converted.vmas(1));
    assertFalse(moved.overlaps(theirs.start(), theirs.end()));
    assertEquals(theirs.length(), moved.length());
    Vma vvarThere = first(vmas(what.template()), VmaEntry.AREA_VVAR);
    Vma vvar = first(converted.vmas(1), VmaEntry.AREA_VVAR);
    assertEquals(theirs.start() - vvarThere.start(), moved.start() - vvar.start());
    assertEquals(OptionalLong.of(moved.start()), Auxv.of(converted.mm(1)).value(Auxv.SYSINFO_EHDR));
    assertTrue(converted.memory(1, moved.start(), (int) moved.length()).isPresent());
    assertArrayEquals(
        new byte[] {0x7f, 'E', 'L', 'F'}, converted.memory(1, moved.start(), 4).orElseThrow());
  }

  @Test
  void memoryBeyondTheDevicesAddressesIsRefused() throws Exception {
    // The stack of a program that was started on arm64 lies above what x86_64 can address.
    Corpus.Case what = Corpus.counterHome();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.MM, 1),
            mm ->
                with(
                    mm,
                    new Vma(
                        mm.messages(MmEntry.VMAS)
                            .getLast()
                            .withVarint(VmaEntry.START, 0xfffff0000000L)
                            .withVarint(VmaEntry.END, 0xfffff0001000L)
                            .withVarint(VmaEntry.PROT, VmaEntry.PROT_READ)
                            .withVarint(
                                VmaEntry.STATUS, VmaEntry.AREA_REGULAR | VmaEntry.ANON_PRIVATE))));
    assertEquals(
        List.of(
            "process 1 has memory at 0xfffff0000000-0xfffff0001000, and addresses on the device end"
                + " at 0x800000000000"),
        Converted.refusals(what));
  }

  @Test
  void auxiliaryVectorIsTheDevicesButForTheProgram() throws Exception {
    Corpus.Case what = Corpus.counter();
    Auxv source = Auxv.of(what.source().image(ImageKind.MM, 1).only());
    Auxv device = Auxv.of(what.template().image(ImageKind.MM, 1).only());
    Auxv converted = Auxv.of(Converted.of(what).mm(1));
    for (long type : List.of(16L, 26L, Auxv.MINSIGSTKSZ, Auxv.SYSINFO_EHDR)) {
      assertEquals(device.value(type), converted.value(type), "type " + type);
    }
    for (long type : List.of(Auxv.RANDOM, Auxv.EXECFN)) {
      assertEquals(source.value(type), converted.value(type), "type " + type);
    }
    assertEquals(
        OptionalLong.of(what.executables().getFirst().twin().entry()), converted.value(Auxv.ENTRY));
    assertEquals(OptionalLong.of(0x400040), converted.value(Auxv.PHDR));
    // It points at a string on the stack that names the source's ISA.
    assertEquals(OptionalLong.empty(), converted.value(Auxv.PLATFORM));
  }

  @Test
  void otherPageSizeIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.MM, 1),
            mm -> {
              Auxv auxv = Auxv.of(mm).with(Auxv.PAGESZ, 16384);
              return mm.withVarints(MmEntry.MM_SAVED_AUXV, auxv.flat(), false);
            });
    assertEquals(
        List.of("process 1 has pages of 16384 bytes, and the device of 4096"),
        Converted.refusals(what));
  }

  private static Vma ours(Vma place) {
    return new Vma(
        place
            .message()
            .withVarint(VmaEntry.PROT, VmaEntry.PROT_READ | VmaEntry.PROT_WRITE)
            .withVarint(VmaEntry.STATUS, VmaEntry.AREA_REGULAR | VmaEntry.ANON_PRIVATE));
  }

  private static Message with(Message mm, Vma added) {
    List<Message> vmas = new ArrayList<>(mm.messages(MmEntry.VMAS));
    vmas.add(added.message());
    vmas.sort((a, b) ->
        Long.compareUnsigned(a.requireVarint(VmaEntry.START), b.requireVarint(VmaEntry.START)));
    return mm.withMessages(MmEntry.VMAS, vmas);
  }

  private static List<Vma> vmas(EditedFolder folder) {
    return Vma.of(folder.image(ImageKind.MM, 1).only(), MmEntry.VMAS);
  }

  private static List<Vma> kernelMade(EditedFolder folder) {
    return kernelMade(vmas(folder));
  }

  private static List<Vma> kernelMade(List<Vma> vmas) {
    return vmas.stream().filter(vma -> vma.has(KERNEL_MADE)).toList();
  }

  private static Vma vdso(List<Vma> vmas) {
    return first(vmas, VmaEntry.AREA_VDSO);
  }

  private static Vma first(List<Vma> vmas, int status) {
    return vmas.stream().filter(vma -> vma.has(status)).findFirst().orElseThrow();
  }
}
