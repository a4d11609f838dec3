package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Refused;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.Pagemap;
import io.godwit.criu.field.MmEntry;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Makes the twin's data pages hold what the program has put into its variables. Most pages need
 * nothing: they are in the dump, or nobody wrote to them and the twin's file has them. Where the
 * two files differ in a page, every word that the program has not changed since its start becomes
 * the twin's initial one: a .got that only the twin has, a constant that tells the ISA. And where
 * the twin's file ends within a page, the rest of that page is zeroed, as the kernel's loader does,
 * for CRIU maps the file as it is.
 */
final class TwinData {
  private static final String NAME = "executables";

  private final Draft draft;
  private final Process process;
  private final Executable executable;
  private final TwinMappings mappings;
  private final int pageSize;
  private final InitialImage before;
  private final InitialImage after;

  TwinData(Draft draft, Process process, Executable executable, TwinMappings mappings) {
    this.draft = draft;
    this.process = process;
    this.executable = executable;
    this.mappings = mappings;
    this.pageSize = draft.input().pageSize();
    this.before =
        new InitialImage(executable.source(), executable.sourceBytes(), mappings.bias(), pageSize);
    this.after =
        new InitialImage(executable.twin(), executable.twinBytes(), mappings.bias(), pageSize);
  }

  /**
   * Changes the pages of the process.
   *
   * @throws RefusedException when the twin's data lies where the program has its heap
   */
  void rewrite() throws IOException, RefusedException {
    refuseHeapInTwin();
    int made = 0;
    for (Vma vma : mappings.twin()) {
      if (!vma.isExecutable()) {
        for (long page = vma.start(); page != vma.end(); page += pageSize) {
          made += rewritePage(vma, page) ? 1 : 0;
        }
      } else {
        refuseDataInCode(vma);
      }
    }
    if (made > 0) {
      draft.report(
          NAME,
          "%s data of %s".formatted(executable.path(), process),
          made + " pages",
          "words that the program never changed, and what lies behind the file's end, as the"
              + " twin begins",
          "the two files differ there");
    }
  }

  private boolean rewritePage(Vma vma, long page) throws IOException {
    Pagemap pages = process.pages();
    boolean dumped = pages.locate(page).isPresent();
    byte[] initialTwin = after.page(page);
    boolean[] twinHas = after.meaning(page);
    boolean same =
        equalWhere(twinHas, initialTwin, before.page(page))
            && impliedBy(twinHas, before.meaning(page));
    if (same && dumped) {
      return false;
    }
    byte[] mapped = after.filePage(vma.fileOffset() + (page - vma.start()));
    if (same && equalWhere(twinHas, initialTwin, mapped)) {
      return false;
    }
    byte[] current = process.memory().page(page).orElseGet(() -> new byte[pageSize]);
    byte[] result = merge(page, current);
    if (dumped && Arrays.equals(result, current)) {
      return false;
    }
    if (!dumped && equalWhere(twinHas, result, mapped)) {
      return false;
    }
    process.make(page, result, pageSize);
    return true;
  }

  /** Unchanged words become the twin's, all others stay. */
  private byte[] merge(long page, byte[] current) throws IOException {
    byte[] initialSource = before.page(page);
    boolean[] sourceHas = before.meaning(page);
    byte[] initialTwin = after.page(page);
    boolean[] twinHas = after.meaning(page);
    byte[] result = current.clone();
    for (int word = 0; word < pageSize; word += Long.BYTES) {
      boolean unchanged = true;
      for (int i = word; i < word + Long.BYTES; i++) {
        unchanged &= !sourceHas[i] || current[i] == initialSource[i];
      }
      for (int i = word; i < word + Long.BYTES; i++) {
        if (twinHas[i] && (unchanged || !sourceHas[i])) {
          result[i] = initialTwin[i];
        }
      }
    }
    return result;
  }

  private void refuseDataInCode(Vma code) throws RefusedException {
    if (!process.pages().runs(code.start(), code.end()).isEmpty()) {
      throw Refused.because(
          RefusalKind.TWIN,
          "%s has data where its twin has code, at %s".formatted(executable.path(), code.range()));
    }
  }

  private void refuseHeapInTwin() throws RefusedException {
    long heap = process.sourceMm().requireVarint(MmEntry.MM_START_BRK);
    boolean used = heap != process.sourceMm().requireVarint(MmEntry.MM_BRK);
    Optional<Long> end = after.end();
    if (used
        && end.isPresent()
        && before.end().stream().anyMatch(e -> Long.compareUnsigned(e, heap) <= 0)
        && Long.compareUnsigned(end.get(), heap) > 0) {
      throw Refused.because(
          RefusalKind.TWIN,
          "the twin of %s reaches to %s, where the heap of %s begins at %s"
              .formatted(executable.path(), Hex.of(end.get()), process, Hex.of(heap)));
    }
  }

  private static boolean equalWhere(boolean[] where, byte[] a, byte[] b) {
    for (int i = 0; i < where.length; i++) {
      if (where[i] && a[i] != b[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean impliedBy(boolean[] some, boolean[] more) {
    for (int i = 0; i < some.length; i++) {
      if (some[i] && !more[i]) {
        return false;
      }
    }
    return true;
  }
}
