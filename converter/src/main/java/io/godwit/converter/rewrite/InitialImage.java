package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Executable.FileBytes;
import io.godwit.converter.graft.SourceMemory;
import io.godwit.elf.ElfFile;
import io.godwit.elf.ProgramHeader;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** The memory of an executable as the kernel's loader leaves it, before its first instruction. */
final class InitialImage {
  private final ElfFile elf;
  private final FileBytes bytes;
  private final long bias;
  private final int pageSize;

  InitialImage(ElfFile elf, FileBytes bytes, long bias, int pageSize) {
    this.elf = elf;
    this.bytes = bytes;
    this.bias = bias;
    this.pageSize = pageSize;
  }

  /** A page: the bytes of the file that segments take, zero elsewhere. */
  byte[] page(long address) throws IOException {
    byte[] page = new byte[pageSize];
    for (ProgramHeader load : elf.loads()) {
      long start = load.address() + bias;
      long from = Math.max(address, start);
      long to = Math.min(address + pageSize, start + load.fileSize());
      if (from < to) {
        byte[] part = bytes.read(load.offset() + (from - start), (int) (to - from));
        System.arraycopy(part, 0, page, (int) (from - address), part.length);
      }
    }
    return page;
  }

  /** Which bytes of a page are in a segment, bss included; the others mean nothing. */
  boolean[] meaning(long address) {
    boolean[] meaning = new boolean[pageSize];
    for (ProgramHeader load : elf.loads()) {
      long start = load.address() + bias;
      long from = Math.max(address, start);
      long to = Math.min(address + pageSize, start + load.memorySize());
      if (from < to) {
        Arrays.fill(meaning, (int) (from - address), (int) (to - address), true);
      }
    }
    return meaning;
  }

  /** A page of the file as it is mapped. */
  byte[] filePage(long offset) throws IOException {
    return SourceMemory.filePage(elf, bytes, offset, pageSize);
  }

  /** The end of its last segment. */
  Optional<Long> end() {
    return elf.loads().stream()
        .map(load -> load.address() + bias + load.memorySize())
        .max(Long::compareUnsigned);
  }
}
