package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Auxv;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.PageOrigin;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Step;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageKind;
import io.godwit.criu.Message;
import io.godwit.criu.PageRun;
import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.Pagemap;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.VmaEntry;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Leaves out the pages (pagemap-*.img) that hold code of the source's ISA: pages of executable file
 * mappings, which became private when a debugger or CRIU's own parasite wrote there, and the pages
 * of the source's vdso. Puts the device's vdso pages in: CRIU compares them with the running
 * kernel's and maps that in their place. All other pages stay where they are in the source's pages
 * file and are not copied.
 */
public final class Pages implements Step {
  private static final String NAME = "pages";
  private static final int WRITABLE_CODE = VmaEntry.PROT_WRITE | VmaEntry.PROT_EXEC;

  /** MAP_GROWSDOWN, which marks the stack. */
  private static final long GROWS_DOWN = 0x100;

  @Override
  public void apply(Draft draft) throws IOException {
    for (Process process : draft.processes().values()) {
      Pagemap pages = process.pages();
      for (Vma vma : process.sourceVmas()) {
        refuseForeignCode(draft, process, vma);
        boolean code = vma.isExecutable() && vma.isFile();
        if (code || KernelMappings.isOne(vma)) {
          long dropped =
              pages.runs(vma.start(), vma.end()).stream().mapToLong(PageRun::pages).sum();
          if (dropped > 0) {
            pages = pages.without(vma.start(), vma.end());
            draft.report(
                NAME,
                "%s of %s".formatted(vma.range(), process),
                dropped + " pages of the source",
                code ? "the twin's file" : "none",
                "they hold code of the source's instruction set");
          }
        }
      }
      process.pages(withVdso(draft, process, pages));
    }
  }

  private static Pagemap withVdso(Draft draft, Process process, Pagemap pages) throws IOException {
    Message first = draft.template().entries(ImageKind.PSTREE).messages().getFirst();
    long probe = first.requireVarint(PstreeEntry.PID);
    Pagemap device = draft.template().pagemap(probe, draft.input().pageSize());
    List<Vma> placed = process.vmas().stream().filter(KernelMappings::isOne).toList();
    List<Vma> original =
        Vma.of(Auxv.templateMm(draft.template()), MmEntry.VMAS).stream()
            .filter(vma -> vma.has(VmaEntry.AREA_VDSO | VmaEntry.AREA_VVAR))
            .toList();
    Pagemap result = pages;
    for (int i = 0; i < Math.min(placed.size(), original.size()); i++) {
      long distance = placed.get(i).start() - original.get(i).start();
      for (PageRun run : device.runs(original.get(i).start(), original.get(i).end())) {
        Optional<PageSource> source = run.source();
        if (source.isPresent()) {
          result =
              result.with(
                  PageRun.present(
                      run.start() + distance,
                      run.pages(),
                      run.pageSize(),
                      PageOrigin.template(source.get())));
          draft.report(
              NAME,
              "%s of %s".formatted(placed.get(i).range(), process),
              "none",
              run.pages() + " pages of the device's template",
              "the device's vdso");
        }
      }
    }
    return result;
  }

  private static void refuseForeignCode(Draft draft, Process process, Vma vma) {
    boolean stack = (vma.message().requireVarint(VmaEntry.FLAGS) & GROWS_DOWN) != 0;
    if (!vma.isExecutable() || KernelMappings.isOne(vma)) {
      return;
    }
    if (!vma.isFile() && !stack) {
      draft.refuse(
          RefusalKind.PAGES,
          "%s has code at %s that it made itself, which is of the source's instruction set"
              .formatted(process, vma.range()));
    } else if (vma.isFile() && (vma.protection() & WRITABLE_CODE) == WRITABLE_CODE) {
      draft.refuse(
          RefusalKind.PAGES,
          "%s has memory at %s that is both written and executed, so data cannot be told from code"
              .formatted(process, vma.range()));
    }
  }
}
