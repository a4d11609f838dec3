package io.godwit.converter.graft;

import io.godwit.criu.field.MmEntry;
import io.godwit.elf.ElfFile;
import io.godwit.elf.ProgramHeader;
import java.util.Comparator;

/**
 * How far from the addresses in its ELF file an executable is mapped: 0 for one with fixed
 * addresses (ET_EXEC), a multiple of the page size for a position-independent one (ET_DYN).
 */
public final class LoadBias {
  private LoadBias() {}

  /** The bias of the executable that a process runs. */
  public static long of(Process process, Executable executable) {
    long file = process.sourceMm().requireVarint(MmEntry.EXE_FILE_ID);
    return of(process, executable.source(), file);
  }

  /** The bias of a file that a process maps. */
  public static long of(Process process, ElfFile elf, long fileId) {
    if (elf.type() != ElfFile.SHARED) {
      return 0;
    }
    ProgramHeader first =
        elf.loads().stream()
            .min(Comparator.comparing(ProgramHeader::address, Long::compareUnsigned))
            .orElseThrow();
    return process.sourceVmas().stream()
        .filter(vma -> vma.isFile() && vma.fileId() == fileId)
        .min((a, b) -> Long.compareUnsigned(a.start(), b.start()))
        .map(vma -> vma.start() - (first.address() - first.offset() + vma.fileOffset()))
        .orElse(0L);
  }
}
