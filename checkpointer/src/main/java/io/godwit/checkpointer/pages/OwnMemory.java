package io.godwit.checkpointer.pages;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.proc.PidNamespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pages that a running process has to itself, which are those that a dump would take of it: in
 * private mappings, present or swapped out, and not the page cache's (proc_pid_pagemap(5)). What is
 * read may be older than what the process has by then.
 */
final class OwnMemory implements AutoCloseable {
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (....) .*");
  private static final Pattern OWN_PAGES = Pattern.compile("(Anonymous|Swap): +([0-9]+) kB");
  private static final long PRESENT_OR_SWAPPED = 1L << 63 | 1L << 62;
  private static final long OF_A_FILE = 1L << 61;
  private static final int ENTRIES = 1 << 16;

  private final Path folder;
  private final FileChannel memory;
  private final long innermostPid;
  private final int pageSize;

  private OwnMemory(Path folder, FileChannel memory, long innermostPid, int pageSize) {
    this.folder = folder;
    this.memory = memory;
    this.innermostPid = innermostPid;
    this.pageSize = pageSize;
  }

  /**
   * Neighbouring pages.
   *
   * @param start address of the first byte
   * @param pages at least one
   */
  record Range(long start, long pages) {}

  /** The memory of a process, unless it has ended. */
  @SuppressWarnings("MustBeClosedChecker") // The memory closes it.
  static Optional<OwnMemory> find(Path proc, HostProcess process, int pageSize) throws IOException {
    Path folder = proc.resolve(Long.toString(process.pid()));
    try {
      long pid = PidNamespace.innermostPid(folder);
      return Optional.of(
          new OwnMemory(folder, FileChannel.open(folder.resolve("mem")), pid, pageSize));
    } catch (IOException e) {
      if (ProcFs.isGone(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The process's number in the innermost namespace that it is in, by which CRIU names images. */
  long innermostPid() {
    return innermostPid;
  }

  /** The pages, by ascending address; none of a process that has ended. */
  List<Range> ranges() throws IOException {
    List<Range> ranges = new ArrayList<>();
    try (FileChannel pagemap = FileChannel.open(folder.resolve("pagemap"))) {
      for (long[] mapping : mappings()) {
        scan(pagemap, mapping[0], mapping[1], ranges);
      }
      return ranges;
    } catch (IOException e) {
      if (ProcFs.isGone(e)) {
        return List.of();
      }
      throw e;
    }
  }

  /**
   * Reads memory; what is not mapped any more reads as zeros.
   *
   * @param into from its position to its limit
   * @return whether all of it is mapped
   */
  boolean read(long address, ByteBuffer into) {
    long at = address;
    try {
      while (into.hasRemaining()) {
        int n = memory.read(into, at);
        if (n < 0) {
          break;
        }
        at += n;
      }
    } catch (IOException e) {
      // Unmapped since the ranges were taken. The bytes are never used: the dump has no such page.
    }
    boolean whole = !into.hasRemaining();
    while (into.hasRemaining()) {
      into.put((byte) 0);
    }
    return whole;
  }

  @Override
  public void close() throws IOException {
    memory.close();
  }

  /** Private mappings with pages of their own, as pairs of addresses. */
  private List<long[]> mappings() throws IOException {
    List<long[]> mappings = new ArrayList<>();
    long[] last = {};
    for (String line : Files.readAllLines(folder.resolve("smaps"), StandardCharsets.ISO_8859_1)) {
      Matcher head = MAPPING.matcher(line);
      if (head.matches()) {
        long start = Long.parseUnsignedLong(head.group(1), 16);
        long end = Long.parseUnsignedLong(head.group(2), 16);
        boolean ours = head.group(3).endsWith("p") && start >= 0 && end > 0;
        last = ours ? new long[] {start, end} : new long[] {};
        continue;
      }
      Matcher own = OWN_PAGES.matcher(line);
      if (last.length > 0 && own.matches() && !own.group(2).equals("0")) {
        mappings.add(last);
        last = new long[] {};
      }
    }
    return mappings;
  }

  private void scan(FileChannel pagemap, long start, long end, List<Range> ranges)
      throws IOException {
    ByteBuffer words = ByteBuffer.allocate(ENTRIES * Long.BYTES).order(ByteOrder.nativeOrder());
    long first = start / pageSize;
    long last = end / pageSize;
    long begin = -1;
    for (long page = first; page < last; page += ENTRIES) {
      words.clear().limit((int) Math.min(ENTRIES, last - page) * Long.BYTES);
      int want = words.limit();
      while (words.hasRemaining()
          && pagemap.read(words, page * Long.BYTES + words.position()) > 0) {
        // The kernel gives as much as it likes at a time.
      }
      for (int i = 0; i < want / Long.BYTES; i++) {
        boolean known = i * Long.BYTES < words.position();
        long word = known ? words.getLong(i * Long.BYTES) : 0;
        boolean ours = (word & PRESENT_OR_SWAPPED) != 0 && (word & OF_A_FILE) == 0;
        if (ours && begin < 0) {
          begin = page + i;
        } else if (!ours && begin >= 0) {
          ranges.add(new Range(begin * pageSize, page + i - begin));
          begin = -1;
        }
      }
    }
    if (begin >= 0) {
      ranges.add(new Range(begin * pageSize, last - begin));
    }
  }
}
