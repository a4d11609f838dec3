package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Executable;
import io.godwit.elf.ProgramHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the kernel tells a program of its own ELF header (gABI, Elf64_Ehdr).
 *
 * @param programHeadersAddress where they are mapped, before any bias; 0 where they are not
 * @param programHeaderSize of each, in bytes
 */
record ElfHeader(long programHeadersAddress, long programHeaderSize) {
  private static final int BYTES = 64;
  private static final int PHOFF = 32;
  private static final int PHENTSIZE = 54;

  /** That of the twin. */
  static ElfHeader of(Executable executable) throws IOException {
    ByteBuffer header =
        ByteBuffer.wrap(executable.twinBytes().read(0, BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    long offset = header.getLong(PHOFF);
    long address =
        executable.twin().loads().stream()
            .filter(load -> offset >= load.offset() && offset - load.offset() < load.fileSize())
            .findFirst()
            .map(load -> address(load, offset))
            .orElse(0L);
    return new ElfHeader(address, Short.toUnsignedInt(header.getShort(PHENTSIZE)));
  }

  private static long address(ProgramHeader load, long offset) {
    return load.address() + (offset - load.offset());
  }
}
