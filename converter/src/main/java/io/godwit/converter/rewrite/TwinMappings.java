package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.LoadBias;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Refused;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.Message;
import io.godwit.criu.field.VmaEntry;
import io.godwit.elf.ElfFile;
import io.godwit.elf.ProgramHeader;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * The mappings of one executable in one process: those that the source had, and those that the
 * device's kernel would make for the twin (binfmt_elf.c: each PT_LOAD from its page to the page
 * after its last byte in the file; what is left of its memory is anonymous).
 *
 * @param bias how far from the addresses in the ELF files
 * @param source the mappings that go
 * @param twin the mappings of the file that come
 * @param zero the ranges of the twin's bss behind those
 */
record TwinMappings(
    long bias, List<Vma> source, List<Vma> twin, List<Coverage.Range> zero, int pageSize) {
  private static final long PRIVATE_ANONYMOUS = 0x22;

  TwinMappings {
    source = List.copyOf(source);
    twin = List.copyOf(twin);
    zero = List.copyOf(zero);
  }

  /**
   * Finds and makes them.
   *
   * @throws RefusedException when the source's mappings are not those of its program headers
   */
  static TwinMappings of(Process process, Executable executable, long file, int pageSize)
      throws RefusedException {
    long bias = LoadBias.of(process, executable.source(), file);
    List<Vma> source =
        process.sourceVmas().stream().filter(v -> v.isFile() && v.fileId() == file).toList();
    if (source.isEmpty()) {
      throw Refused.because(
          RefusalKind.TWIN,
          "%s does not map its executable %s any more".formatted(process, executable.path()));
    }
    for (Vma vma : source) {
      if (!vma.isPrivateFile() || !isOfProgram(vma, executable.source(), bias, pageSize)) {
        throw Refused.because(
            RefusalKind.TWIN,
            "%s maps %s at %s otherwise than as a program"
                .formatted(process, executable.path(), vma.range()));
      }
    }
    List<Vma> twin = new ArrayList<>();
    List<Coverage.Range> zero = new ArrayList<>();
    for (ProgramHeader load : executable.twin().loads()) {
      long start = load.address() + bias & -pageSize;
      long fileEnd = up(load.address() + bias + load.fileSize(), pageSize);
      if (load.fileSize() > 0) {
        twin.add(mapping(source, load, start, fileEnd, pageSize));
      }
      long memoryEnd = up(load.address() + bias + load.memorySize(), pageSize);
      if (Long.compareUnsigned(fileEnd, memoryEnd) < 0) {
        zero.add(new Coverage.Range(load.fileSize() > 0 ? fileEnd : start, memoryEnd));
      }
    }
    return new TwinMappings(bias, source, twin, zero, pageSize);
  }

  /**
   * The mappings of the process with the twin's instead of the source's. What the source had mapped
   * beside its file, such as bss and heap, stays, but where the twin has more of its file.
   *
   * @throws RefusedException when that is a mapping of another kind
   */
  List<Vma> placedAmong(List<Vma> before) throws RefusedException {
    List<Vma> rest = new ArrayList<>();
    for (Vma vma : before) {
      if (source.stream().noneMatch(gone -> gone.start() == vma.start() && vma.isFile())) {
        rest.addAll(outsideTwin(vma));
      }
    }
    List<Vma> all = new ArrayList<>(rest);
    all.addAll(twin);
    all.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
    List<Vma> bss = new ArrayList<>();
    for (Coverage.Range range : zero) {
      for (Coverage.Range gap : Coverage.gaps(all, range.start(), range.end())) {
        bss.add(anonymous(gap));
      }
    }
    all.addAll(bss);
    return all;
  }

  private List<Vma> outsideTwin(Vma vma) throws RefusedException {
    List<Vma> parts = List.of(vma);
    for (Vma mapping : twin) {
      List<Vma> cut = new ArrayList<>();
      for (Vma part : parts) {
        if (!part.overlaps(mapping.start(), mapping.end())) {
          cut.add(part);
        } else if (part.isFile() || part.isExecutable() || mapping.isExecutable()) {
          throw Refused.because(
              RefusalKind.TWIN,
              "the twin's mapping at %s lies where the program has another at %s"
                  .formatted(mapping.range(), part.range()));
        } else {
          if (Long.compareUnsigned(part.start(), mapping.start()) < 0) {
            cut.add(bounded(part, part.start(), mapping.start()));
          }
          if (Long.compareUnsigned(mapping.end(), part.end()) < 0) {
            cut.add(bounded(part, mapping.end(), part.end()));
          }
        }
      }
      parts = cut;
    }
    return parts;
  }

  private static Vma bounded(Vma vma, long start, long end) {
    return new Vma(vma.message().withVarint(VmaEntry.START, start).withVarint(VmaEntry.END, end));
  }

  /** Whether the mapping is a part of what the kernel maps of a program. */
  private static boolean isOfProgram(Vma vma, ElfFile elf, long bias, int pageSize) {
    return elf.loads().stream()
        .anyMatch(load ->
            vma.start() - vma.fileOffset() == load.address() + bias - load.offset()
                && Long.compareUnsigned(vma.start(), load.address() + bias & -pageSize) >= 0
                && Long.compareUnsigned(
                        vma.end(), up(load.address() + bias + load.fileSize(), pageSize))
                    <= 0);
  }

  private static Vma mapping(
      List<Vma> source, ProgramHeader load, long start, long end, int pageSize) {
    // What is neither place nor protection is the same for all of them.
    Message like = source.getFirst().message();
    return new Vma(
        like.withVarint(VmaEntry.START, start)
            .withVarint(VmaEntry.END, end)
            .withVarint(VmaEntry.PGOFF, load.offset() & -pageSize)
            .withVarint(VmaEntry.PROT, protection(source, load, start, end))
            .without(VmaEntry.MADV));
  }

  /**
   * What the program header says; where the program took back the right to write to all of it
   * (PT_GNU_RELRO does that after the start), that.
   */
  private static long protection(List<Vma> source, ProgramHeader load, long start, long end) {
    long says =
        ((load.flags() & ProgramHeader.READ) != 0 ? VmaEntry.PROT_READ : 0)
            | (load.isWritable() ? VmaEntry.PROT_WRITE : 0)
            | (load.isExecutable() ? VmaEntry.PROT_EXEC : 0);
    List<Vma> there = source.stream().filter(vma -> vma.overlaps(start, end)).toList();
    boolean writable =
        there.isEmpty()
            || there.stream().anyMatch(vma -> (vma.protection() & VmaEntry.PROT_WRITE) != 0);
    return writable ? says : says & ~(long) VmaEntry.PROT_WRITE;
  }

  private static Vma anonymous(Coverage.Range range) {
    return new Vma(
        Message.builder()
            .varint(VmaEntry.START, range.start())
            .varint(VmaEntry.END, range.end())
            .varint(VmaEntry.PGOFF, 0)
            .varint(VmaEntry.SHMID, 0)
            .varint(VmaEntry.PROT, VmaEntry.PROT_READ | VmaEntry.PROT_WRITE)
            .varint(VmaEntry.FLAGS, PRIVATE_ANONYMOUS)
            .varint(VmaEntry.STATUS, VmaEntry.AREA_REGULAR | VmaEntry.ANON_PRIVATE)
            .zigzag(VmaEntry.FD, -1)
            .build());
  }

  private static long up(long address, int pageSize) {
    return address + pageSize - 1 & -pageSize;
  }

  /** For messages. */
  @Override
  public String toString() {
    return "mappings from " + Hex.of(twin.getFirst().start());
  }
}
