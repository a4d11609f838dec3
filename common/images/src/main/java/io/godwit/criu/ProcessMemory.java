package io.godwit.criu;

import io.godwit.criu.PageRun.PageSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The memory of a dumped task, read by address. Only what the dump holds is there: a page of a file
 * that the task never wrote to is in the file.
 */
public final class ProcessMemory {
  private final ImageFolder folder;
  private final Pagemap pagemap;

  /**
   * @param pagemap as {@link ImageFolder#pagemap} gives it
   */
  public ProcessMemory(ImageFolder folder, Pagemap pagemap) {
    this.folder = folder;
    this.pagemap = pagemap;
  }

  /**
   * Reads bytes that may lie in several runs.
   *
   * @return empty when one of the pages is not in the dump
   */
  public Optional<byte[]> read(long address, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      long at = address + bytes.position();
      Optional<PageRun> run = pagemap.run(at);
      Optional<PageSource> source = pagemap.locate(at);
      if (run.isEmpty() || source.isEmpty()) {
        return Optional.empty();
      }
      int count = (int) Math.min(bytes.remaining(), run.get().end() - at);
      bytes.put(folder.read(source.get().file(), source.get().offset(), count));
    }
    return Optional.of(bytes.array());
  }
}
