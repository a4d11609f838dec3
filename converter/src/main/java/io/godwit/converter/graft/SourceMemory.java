package io.godwit.converter.graft;

import io.godwit.criu.ImageFolder;
import io.godwit.criu.PageRun;
import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.Pagemap;
import io.godwit.elf.ElfFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process's memory as the process saw it on the source: pages of the dump first; a page that is
 * not there because nobody wrote to it comes from the mapped executable, or is zero where the
 * mapping has no file.
 */
public final class SourceMemory {
  private final ImageFolder folder;
  private final Pagemap pagemap;
  private final List<Vma> vmas;
  private final Map<Long, Executable> executables;
  private final int pageSize;

  /**
   * @param executables by the id of the mapped file
   */
  SourceMemory(
      ImageFolder folder,
      Pagemap pagemap,
      List<Vma> vmas,
      Map<Long, Executable> executables,
      int pageSize) {
    this.folder = folder;
    this.pagemap = pagemap;
    this.vmas = List.copyOf(vmas);
    this.executables = Map.copyOf(executables);
    this.pageSize = pageSize;
  }

  /**
   * Reads bytes.
   *
   * @return empty when a byte is not mapped, or is in a file that the conversion does not have
   */
  public Optional<byte[]> read(long address, int length) throws IOException {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      long at = address + done;
      long page = at & -pageSize;
      int offset = (int) (at - page);
      int count = Math.min(length - done, pageSize - offset);
      Optional<byte[]> content = page(page);
      if (content.isEmpty()) {
        return Optional.empty();
      }
      System.arraycopy(content.get(), offset, bytes, done, count);
      done += count;
    }
    return Optional.of(bytes);
  }

  /** Reads a 64-bit number; both ISAs are little-endian. */
  public Optional<Long> readLong(long address) throws IOException {
    return read(address, Long.BYTES)
        .map(bytes -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
  }

  /** A whole page, as {@link #read} would give it. */
  public Optional<byte[]> page(long address) throws IOException {
    Optional<byte[]> dumped = dumpedPage(address);
    if (dumped.isPresent()) {
      return dumped;
    }
    Optional<Vma> vma = vmas.stream().filter(v -> v.contains(address)).findFirst();
    if (vma.isEmpty()) {
      return Optional.empty();
    }
    if (!vma.get().isFile()) {
      return Optional.of(new byte[pageSize]);
    }
    Executable executable = executables.get(vma.get().fileId());
    if (executable == null) {
      return Optional.empty();
    }
    long offset = vma.get().fileOffset() + (address - vma.get().start());
    return Optional.of(filePage(executable.source(), executable.sourceBytes(), offset, pageSize));
  }

  /** A whole page, when the dump has it. */
  public Optional<byte[]> dumpedPage(long address) throws IOException {
    Optional<PageRun> run = pagemap.run(address);
    Optional<PageSource> source = pagemap.locate(address);
    if (run.isEmpty() || source.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(folder.read(source.get().file(), source.get().offset(), pageSize));
  }

  /** A page of a mapped file: what lies behind its end is zero, as the kernel maps it. */
  public static byte[] filePage(ElfFile elf, Executable.FileBytes bytes, long offset, int pageSize)
      throws IOException {
    int there = Math.clamp(elf.size() - offset, 0, pageSize);
    return there == 0 ? new byte[pageSize] : Arrays.copyOf(bytes.read(offset, there), pageSize);
  }
}
