package io.godwit.converter.graft;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.PageRun;
import io.godwit.criu.Pagemap;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the processes of the checkpoint (pstree.img) with their memory. A process without an mm
 * image is a zombie, which has none.
 */
public final class ReadProcesses implements Step {
  @Override
  public void apply(Draft draft) throws IOException, RefusedException {
    OpenFiles files = OpenFiles.of(draft.source());
    for (Message entry : draft.source().entries(ImageKind.PSTREE).messages()) {
      long pid = entry.requireVarint(PstreeEntry.PID);
      Optional<EntryImage> mm = draft.source().find(ImageName.of(ImageKind.MM, pid));
      if (mm.isPresent()) {
        List<Long> threads = entry.varints(PstreeEntry.THREADS);
        draft.processes().put(pid, process(draft, files, pid, threads, mm.get().only()));
      }
    }
    draft.stopIfRefused();
  }

  private static Process process(
      Draft draft, OpenFiles files, long pid, List<Long> threads, Message mm) throws IOException {
    GraftInput input = draft.input();
    Pagemap pages = input.source().pagemap(pid, input.pageSize());
    // Pages of a parent are not in this checkpoint: taking them for present would shift all that
    // follow in the pages file.
    for (PageRun run : pages.runs()) {
      if (run.source().isEmpty()) {
        draft.refuse(
            RefusalKind.CHECKPOINT,
            "process %d has pages at %s that are not in this checkpoint but in an earlier or a"
                    .formatted(pid, Hex.of(run.start()))
                + " remote one; make a full one");
      }
    }
    List<Vma> vmas = Vma.of(mm, MmEntry.VMAS);
    Map<Long, Executable> mapped = new HashMap<>();
    for (Vma vma : vmas) {
      if (vma.isFile()) {
        input
            .executable(files.path(vma.fileId()))
            .ifPresent(executable -> mapped.put(vma.fileId(), executable));
      }
    }
    SourceMemory memory = new SourceMemory(input.source(), pages, vmas, mapped, input.pageSize());
    Optional<Executable> runs = input.executable(files.path(mm.requireVarint(MmEntry.EXE_FILE_ID)));
    return new Process(pid, threads, mm, runs, memory, pages);
  }
}
