package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.LoadBias;
import io.godwit.converter.graft.OpenFiles;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Refused;
import io.godwit.converter.graft.Step;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.PageRun;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.RegFileEntry;
import io.godwit.elf.ElfFile;
import io.godwit.elf.ProgramHeader;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes every executable the twin, which stands under the same path on the device. In files.img:
 * size, build-id and checksum of the file, which CRIU compares before it restores. In mm-*.img: the
 * mappings of the file, made anew from the twin's program headers as the kernel's ELF loader would,
 * since offsets and the number of pages differ; and the bounds of code and data. In the pages: see
 * {@link TwinData}.
 */
public final class Executables implements Step {
  private static final String NAME = "executables";

  @Override
  public void apply(Draft draft) throws IOException {
    OpenFiles files = OpenFiles.of(draft.source());
    for (Process process : draft.processes().values()) {
      Set<Long> code = new TreeSet<>();
      code.add(process.sourceMm().requireVarint(MmEntry.EXE_FILE_ID));
      for (Vma vma : process.sourceVmas()) {
        if (vma.isFile()
            && (vma.isExecutable()
                || draft.input().executable(files.path(vma.fileId())).isPresent())) {
          code.add(vma.fileId());
        }
      }
      for (long file : code) {
        try {
          remap(draft, process, files.path(file), file);
        } catch (RefusedException e) {
          e.refusals().forEach(draft::refuse);
        }
      }
    }
    draft.change(
        ImageName.of(ImageKind.FILES), image -> image.map(entry -> becomeTwin(draft, entry)));
  }

  private static void remap(Draft draft, Process process, String path, long file)
      throws IOException, RefusedException {
    Executable executable =
        draft
            .input()
            .executable(path)
            .orElseThrow(() ->
                Refused.because(
                    RefusalKind.TWIN,
                    "%s runs code of %s, which has no twin for the device's instruction set"
                        .formatted(process, path)));
    checkIsa(draft, executable);
    TwinMappings mappings = TwinMappings.of(process, executable, file, draft.input().pageSize());
    process.vmas(mappings.placedAmong(process.vmas()));
    for (Vma vma : mappings.source()) {
      report(draft, process, path, vma, "the source's", "none");
    }
    for (Vma vma : mappings.twin()) {
      report(draft, process, path, vma, "none", "the twin's");
    }
    new TwinData(draft, process, executable, mappings).rewrite();
    refuseStrayPages(draft, process, mappings);
    if (file == process.sourceMm().requireVarint(MmEntry.EXE_FILE_ID)) {
      bounds(process, executable);
    }
  }

  /** As the kernel's binfmt_elf.c sets them. */
  private static void bounds(Process process, Executable executable) {
    long bias = LoadBias.of(process, executable);
    long startCode = Long.MAX_VALUE;
    long endCode = 0;
    long startData = 0;
    long endData = 0;
    for (ProgramHeader load : executable.twin().loads()) {
      long end = load.address() + load.fileSize();
      if (load.isExecutable()) {
        startCode = Math.min(startCode, load.address());
        endCode = Math.max(endCode, end);
      }
      startData = Math.max(startData, load.address());
      endData = Math.max(endData, end);
    }
    process.mm(
        process
            .mm()
            .withVarint(MmEntry.MM_START_CODE, startCode + bias)
            .withVarint(MmEntry.MM_END_CODE, endCode + bias)
            .withVarint(MmEntry.MM_START_DATA, startData + bias)
            .withVarint(MmEntry.MM_END_DATA, endData + bias));
  }

  private static void checkIsa(Draft draft, Executable executable) throws RefusedException {
    ElfFile source = executable.source();
    ElfFile twin = executable.twin();
    if (!source.isa().equals(Optional.of(draft.input().sourceIsa()))) {
      throw Refused.because(
          RefusalKind.TWIN,
          executable.path() + " is not of " + draft.input().sourceIsa().kernelName());
    }
    if (!twin.isa().equals(Optional.of(draft.input().targetIsa()))) {
      throw Refused.because(
          RefusalKind.TWIN,
          "the twin of %s is not of %s"
              .formatted(executable.path(), draft.input().targetIsa().kernelName()));
    }
    if (source.type() != twin.type()) {
      throw Refused.because(
          RefusalKind.TWIN,
          "%s and its twin are not both at fixed addresses".formatted(executable.path()));
    }
  }

  private static Message becomeTwin(Draft draft, Message entry) {
    Optional<Message> regular = entry.message(FileEntry.REG);
    if (regular.isEmpty()) {
      return entry;
    }
    String path = regular.get().requireString(RegFileEntry.NAME);
    Optional<Executable> executable = draft.input().executable(path);
    if (executable.isEmpty()) {
      return entry;
    }
    ElfFile twin = executable.get().twin();
    Message file =
        regular
            .get()
            .withVarint(RegFileEntry.SIZE, twin.size())
            .withVarints(RegFileEntry.BUILD_ID, buildId(twin), false)
            .without(RegFileEntry.CHECKSUM)
            .without(RegFileEntry.CHECKSUM_CONFIG)
            .without(RegFileEntry.CHECKSUM_PARAMETER);
    draft.report(
        NAME,
        path,
        describe(executable.get().source()),
        describe(twin),
        "the device has the twin under this path, and CRIU compares size and build-id");
    return entry.withMessage(FileEntry.REG, file);
  }

  private static String describe(ElfFile elf) {
    return elf.size() + " bytes, build-id " + elf.buildId().orElse("none");
  }

  /** The build-id's bytes as 32-bit words, the first byte lowest, filled up with zeros. */
  static List<Long> buildId(ElfFile elf) {
    byte[] bytes = HexFormat.of().parseHex(elf.buildId().orElse(""));
    List<Long> words = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += Integer.BYTES) {
      long word = 0;
      for (int i = 0; i < Math.min(Integer.BYTES, bytes.length - at); i++) {
        word |= Byte.toUnsignedLong(bytes[at + i]) << (Byte.SIZE * i);
      }
      words.add(word);
    }
    return words;
  }

  /** Pages of the source's file for which the twin has neither data nor bss. */
  private static void refuseStrayPages(Draft draft, Process process, TwinMappings mappings) {
    List<Vma> vmas = process.vmas();
    for (Vma gone : mappings.source()) {
      for (PageRun run : process.pages().runs(gone.start(), gone.end())) {
        if (!Coverage.covers(vmas, run.start(), run.end())) {
          draft.refuse(
              RefusalKind.TWIN,
              "the twin leaves no place for the data of %s between %s and %s"
                  .formatted(process, Hex.of(run.start()), Hex.of(run.end())));
        }
      }
    }
  }

  private static void report(
      Draft draft, Process process, String path, Vma vma, String from, String to) {
    draft.report(
        NAME,
        "%s %s of %s".formatted(path, vma.range(), process),
        from,
        to,
        "the twin's program headers say what is mapped where");
  }
}
