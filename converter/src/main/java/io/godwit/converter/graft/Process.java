package io.godwit.converter.graft;

import io.godwit.criu.Message;
import io.godwit.criu.PageRun;
import io.godwit.criu.Pagemap;
import io.godwit.criu.field.MmEntry;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A process that has memory: what the source dumped of it, and what becomes of its mappings and
 * pages.
 */
public final class Process {
  private final long pid;
  private final List<Long> threads;
  private final Message sourceMm;
  private final Optional<Executable> executable;
  private final SourceMemory memory;
  private Message mm;
  private Pagemap pages;
  private final NavigableMap<Long, byte[]> madePages = new TreeMap<>(Long::compareUnsigned);

  /**
   * @param pid as in its own namespace
   * @param threads ids of all threads, its own included
   * @param sourceMm the message of its mm image
   * @param executable what it runs, where that has a twin
   * @param pages its pagemap, pages files called by their own names
   */
  Process(
      long pid,
      List<Long> threads,
      Message sourceMm,
      Optional<Executable> executable,
      SourceMemory memory,
      Pagemap pages) {
    this.pid = pid;
    this.threads = List.copyOf(threads);
    this.sourceMm = sourceMm;
    this.executable = executable;
    this.memory = memory;
    this.mm = sourceMm;
    this.pages = pages;
  }

  /** Its id. */
  public long pid() {
    return pid;
  }

  /** Ids of all threads, the leader's included. */
  public List<Long> threads() {
    return threads;
  }

  /** The message of its mm image as the source wrote it. */
  public Message sourceMm() {
    return sourceMm;
  }

  /** Its mappings on the source. */
  public List<Vma> sourceVmas() {
    return Vma.of(sourceMm, MmEntry.VMAS);
  }

  /** What it runs, where that has a twin. */
  public Optional<Executable> executable() {
    return executable;
  }

  /**
   * The same where there is no going on without.
   *
   * @throws RefusedException when it has none
   */
  public Executable requireExecutable() throws RefusedException {
    return executable.orElseThrow(
        () -> Refused.because(RefusalKind.TWIN, this + " runs an executable that has no twin"));
  }

  /** Its memory on the source. */
  public SourceMemory memory() {
    return memory;
  }

  /** The message of its mm image by now. */
  public Message mm() {
    return mm;
  }

  /** Changes the message of its mm image. */
  public void mm(Message changed) {
    mm = changed;
  }

  /** Its mappings by now. */
  public List<Vma> vmas() {
    return Vma.of(mm, MmEntry.VMAS);
  }

  /** Changes its mappings; they are put in the order of their addresses. */
  public void vmas(List<Vma> changed) {
    List<Vma> sorted = new ArrayList<>(changed);
    sorted.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
    mm = mm.withMessages(MmEntry.VMAS, sorted.stream().map(Vma::message).toList());
  }

  /** Which pages the conversion has by now. */
  public Pagemap pages() {
    return pages;
  }

  /** Changes which pages the conversion has. */
  public void pages(Pagemap changed) {
    pages = changed;
  }

  /** Pages whose bytes the graft made, by address. */
  public NavigableMap<Long, byte[]> madePages() {
    return Collections.unmodifiableNavigableMap(madePages);
  }

  /** Gives a page bytes of its own, instead of what the pagemap has there. */
  public void make(long address, byte[] page, int pageSize) {
    madePages.put(address, page.clone());
    pages =
        pages
            .without(address, address + pageSize)
            .with(PageRun.present(address, 1, pageSize, PageOrigin.made(address)));
  }

  /** {@code process 1}. */
  @Override
  public String toString() {
    return "process " + pid;
  }
}
