package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Step;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.SeccompEntry;
import io.godwit.criu.field.SeccompFilter;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.criu.field.ThreadCoreEntry;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Puts every thread under the seccomp filters of the device's runtime, and under those that the
 * program installed itself upon them (seccomp.img, core-*.img). A thread refers to its oldest
 * filter, and each filter by {@code prev} to the next younger one, as CRIU's seccomp.c writes them.
 * Where all threads of a process have the same filters, CRIU notes them for the leader only, with
 * the flag that spreads them (SECCOMP_FILTER_FLAG_TSYNC); the other threads then must have none of
 * their own in the image, or the kernel refuses to spread and the leader is left without.
 */
public final class SeccompFilters implements Step {
  private static final String NAME = "seccomp";
  private static final int FILTER_MODE = 2;
  private static final int STRICT_MODE = 1;

  /** SECCOMP_FILTER_FLAG_TSYNC (uapi linux/seccomp.h). */
  private static final long TSYNC = 1;

  @Override
  public void apply(Draft draft) throws IOException {
    List<Message> device = chain(draft.template(), probe(draft.template()));
    List<Message> all = new ArrayList<>();
    for (Message process : draft.source().entries(ImageKind.PSTREE).messages()) {
      long pid = process.requireVarint(PstreeEntry.PID);
      List<Long> threads = process.varints(PstreeEntry.THREADS);
      place(draft, device, pid, threads.isEmpty() ? List.of(pid) : threads, all);
    }
    ImageName image = ImageName.of(ImageKind.SECCOMP);
    if (draft.has(image.fileName())) {
      draft.change(
          image,
          seccomp ->
              seccomp.withOnly(seccomp.only().withMessages(SeccompEntry.SECCOMP_FILTERS, all)));
    } else if (!all.isEmpty()) {
      draft.refuse(
          RefusalKind.SECCOMP,
          "the program has seccomp filters of its own, and the device's CRIU dumped none: its kernel"
              + " has no seccomp");
    }
  }

  private static void place(
      Draft draft, List<Message> device, long pid, List<Long> threads, List<Message> all)
      throws IOException {
    Optional<Message> leader = thread(draft, pid);
    boolean spread =
        threads.stream().allMatch(tid -> tid == pid)
            || (leader.isPresent() && isSpread(draft.source(), leader.get()))
            || unfiltered(draft, threads);
    for (long tid : threads) {
      Optional<Message> thread = thread(draft, tid);
      if (thread.isEmpty()) {
        continue; // a zombie
      }
      if (thread.get().varint(ThreadCoreEntry.SECCOMP_MODE).orElse(0) == STRICT_MODE) {
        continue; // tighter than any filter, and it calls nothing that a filter is asked about
      }
      boolean carried = spread && tid != pid;
      List<Message> own =
          carried ? List.of() : own(draft, tid, chain(draft.source(), thread.get()), device.size());
      List<Message> filters = new ArrayList<>();
      if (!carried) {
        filters.addAll(device);
        filters.addAll(own);
      }
      set(draft, tid, append(filters, spread, all));
      if (!own.isEmpty()) {
        draft.report(
            NAME,
            "thread " + tid,
            own.size() + " filters of its own upon the source's",
            "the same upon the device's",
            "the program installed them itself");
      }
    }
  }

  /** What the program installed itself: everything younger than what the runtime did. */
  private static List<Message> own(Draft draft, long tid, List<Message> chain, int runtimes) {
    List<Message> own = chain.subList(Math.min(runtimes, chain.size()), chain.size());
    if (draft.isaChanges() && chain.size() > Math.max(runtimes, 1)) {
      draft.refuse(
          RefusalKind.SECCOMP,
          "thread %d runs under %d seccomp filters of its own, which cannot move"
              .formatted(tid, chain.size() - Math.max(runtimes, 1)));
    }
    return draft.isaChanges() ? List.of() : own;
  }

  /**
   * Appends a chain as CRIU writes it, the youngest first.
   *
   * @return the index of the oldest
   */
  private static OptionalLong append(List<Message> oldestFirst, boolean spread, List<Message> all) {
    for (int i = oldestFirst.size() - 1; i >= 0; i--) {
      Message filter = oldestFirst.get(i);
      long flags = filter.varint(SeccompFilter.FLAGS).orElse(0) & ~TSYNC;
      filter = filter.withVarint(SeccompFilter.FLAGS, spread ? flags | TSYNC : flags);
      all.add(
          i == oldestFirst.size() - 1
              ? filter.without(SeccompFilter.PREV)
              : filter.withVarint(SeccompFilter.PREV, all.size() - 1));
    }
    return oldestFirst.isEmpty() ? OptionalLong.empty() : OptionalLong.of(all.size() - 1);
  }

  private static void set(Draft draft, long tid, OptionalLong oldest) throws IOException {
    ImageName image = ImageName.of(ImageKind.CORE, tid);
    Message core = draft.image(image).only();
    Message thread = core.requireMessage(CoreEntry.THREAD_CORE);
    Message changed =
        oldest.isPresent()
            ? thread
                .withVarint(ThreadCoreEntry.SECCOMP_MODE, FILTER_MODE)
                .withVarint(ThreadCoreEntry.SECCOMP_FILTER, oldest.getAsLong())
            : thread.without(ThreadCoreEntry.SECCOMP_MODE).without(ThreadCoreEntry.SECCOMP_FILTER);
    Message result = core.withMessage(CoreEntry.THREAD_CORE, changed);
    Optional<Message> task = core.message(CoreEntry.TC);
    if (task.isPresent()) {
      // What CRIU before 3.8 wrote would count where the thread says nothing.
      result =
          result.withMessage(
              CoreEntry.TC,
              task.get()
                  .without(TaskCoreEntry.OLD_SECCOMP_MODE)
                  .without(TaskCoreEntry.OLD_SECCOMP_FILTER));
    }
    Message set = result;
    draft.change(image, i -> i.withOnly(set));
  }

  private static boolean unfiltered(Draft draft, List<Long> threads) throws IOException {
    for (long tid : threads) {
      if (isFiltered(thread(draft, tid))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFiltered(Optional<Message> thread) {
    return thread.isPresent()
        && thread.get().varint(ThreadCoreEntry.SECCOMP_MODE).orElse(0) == FILTER_MODE;
  }

  private static boolean isSpread(ImageFolder folder, Message leader) throws IOException {
    List<Message> chain = chain(folder, leader);
    return !chain.isEmpty()
        && (chain.getFirst().varint(SeccompFilter.FLAGS).orElse(0) & TSYNC) != 0;
  }

  /** The filters that a thread is under by its own entry, the oldest first. */
  private static List<Message> chain(ImageFolder folder, Message thread) throws IOException {
    Optional<EntryImage> image = folder.find(ImageName.of(ImageKind.SECCOMP));
    OptionalLong oldest = thread.varint(ThreadCoreEntry.SECCOMP_FILTER);
    if (image.isEmpty() || oldest.isEmpty() || !isFiltered(Optional.of(thread))) {
      return List.of();
    }
    List<Message> filters = image.get().only().messages(SeccompEntry.SECCOMP_FILTERS);
    List<Message> chain = new ArrayList<>();
    OptionalLong at = oldest;
    while (at.isPresent() && chain.size() <= filters.size()) {
      long index = at.getAsLong();
      if (index < 0 || index >= filters.size()) {
        throw thread.wrong(
            ThreadCoreEntry.SECCOMP_FILTER, "one of " + filters.size() + " filters", "" + index);
      }
      Message filter = filters.get((int) index);
      chain.add(filter);
      at = filter.varint(SeccompFilter.PREV);
    }
    return List.copyOf(chain);
  }

  private static Optional<Message> thread(Draft draft, long tid) throws IOException {
    // CRIU writes whatever number as the thread of a zombie, which has no core of that number.
    return draft
        .source()
        .find(ImageName.of(ImageKind.CORE, tid))
        .flatMap(core -> core.only().message(CoreEntry.THREAD_CORE));
  }

  private static Message probe(ImageFolder template) throws IOException {
    Message first = template.entries(ImageKind.PSTREE).messages().getFirst();
    return template
        .entries(ImageKind.CORE, first.requireVarint(PstreeEntry.PID))
        .only()
        .requireMessage(CoreEntry.THREAD_CORE);
  }
}
