package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.FileShape;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Step;
import io.godwit.criu.CriuVersion;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.CredsEntry;
import io.godwit.criu.field.InetSkEntry;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.criu.field.RseqEntry;
import io.godwit.criu.field.SkOptsEntry;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.criu.field.ThreadCoreEntry;
import io.godwit.criu.field.VmaEntry;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes what the device's CRIU reads. Images name no version, and a reader ignores fields that it
 * does not know, so what an older one would lose is put into the fields that it has, or refused.
 * Sources: the history of CRIU's images/*.proto. The counts of pages stand in both fields in any
 * case: CRIU before 4.2 reads the old one, and where it is 0 restores no memory and says nothing.
 */
public final class Format implements Step {
  private static final String NAME = "format";

  private static final List<Integer> TCP_KEEPALIVE = List.of(3, 4, 5);
  private static final List<Integer> SOCKET_KEEPALIVE =
      List.of(SkOptsEntry.TCP_KEEPCNT, SkOptsEntry.TCP_KEEPIDLE, SkOptsEntry.TCP_KEEPINTVL);

  @Override
  public void apply(Draft draft) throws IOException {
    pageCounts(draft);
    CriuVersion device = draft.input().targetCriu();
    if (device.before(4, 2)) {
      refuseGuards(draft, device);
    }
    if (device.before(4, 1)) {
      refuseFiles(draft, device, FileShape.PROCESS, "an open process descriptor (pidfd)");
      refuseCredentials(draft, device, CredsEntry.CAP_AMB, "ambient capabilities");
    }
    if (device.before(4, 0)) {
      keepalive(draft);
    }
    if (device.before(3, 19)) {
      refuseCredentials(draft, device, CredsEntry.NO_NEW_PRIVS, "no_new_privs");
      refuseTasks(
          draft, device, TaskCoreEntry.MEMBARRIER_REGISTRATION_MASK, "membarrier registrations");
    }
    if (device.before(3, 18)) {
      cgroupOfTask(draft);
    }
    if (device.before(3, 17)) {
      refuseSequences(draft, device);
    }
  }

  private static void pageCounts(Draft draft) throws IOException {
    for (Process process : draft.processes().values()) {
      process.pages(process.pages().withBothCounts());
    }
    for (ImageName shared : draft.images(ImageKind.PAGEMAP_SHMEM)) {
      draft.change(shared, Format::bothCounts);
    }
    draft.report(
        NAME,
        "counts of pages",
        "in one field",
        "in both fields",
        "CRIU before 4.2 reads the old one, later ones the new one");
  }

  private static EntryImage bothCounts(EntryImage pagemap) {
    List<Message> messages = new ArrayList<>();
    for (Message message : pagemap.messages()) {
      // The head is no run and has no count.
      boolean head = messages.isEmpty();
      OptionalLong wide = message.varint(PagemapEntry.NR_PAGES);
      long count =
          head ? 0 : wide.orElseGet(() -> message.requireVarint(PagemapEntry.COMPAT_NR_PAGES));
      messages.add(
          head
              ? message
              : message
                  .withVarint(PagemapEntry.COMPAT_NR_PAGES, count)
                  .withVarint(PagemapEntry.NR_PAGES, count));
    }
    return pagemap.withMessages(messages);
  }

  private static void refuseGuards(Draft draft, CriuVersion device) {
    for (Process process : draft.processes().values()) {
      if (process.vmas().stream().anyMatch(vma -> vma.has(VmaEntry.AREA_GUARD))) {
        refuse(draft, device, process + " has guard pages (MADV_GUARD_INSTALL)");
      }
    }
  }

  private static void refuseFiles(Draft draft, CriuVersion device, FileShape shape, String what)
      throws IOException {
    for (Message file : draft.image(ImageName.of(ImageKind.FILES)).messages()) {
      if (file.has(shape.entryField())) {
        refuse(draft, device, what);
      }
    }
  }

  private static void refuseCredentials(Draft draft, CriuVersion device, int field, String what)
      throws IOException {
    for (ImageName image : draft.images(ImageKind.CORE)) {
      Optional<Message> creds = thread(draft, image).message(ThreadCoreEntry.CREDS);
      if (creds.isPresent() && creds.get().varints(field).stream().anyMatch(word -> word != 0)) {
        refuse(draft, device, "thread %d has %s".formatted(image.id(), what));
      }
    }
  }

  private static void refuseTasks(Draft draft, CriuVersion device, int field, String what)
      throws IOException {
    for (ImageName image : draft.images(ImageKind.CORE)) {
      Optional<Message> task = draft.image(image).only().message(CoreEntry.TC);
      if (task.isPresent() && task.get().varint(field).orElse(0) != 0) {
        refuse(draft, device, "process %d has %s".formatted(image.id(), what));
      }
    }
  }

  private static void refuseSequences(Draft draft, CriuVersion device) throws IOException {
    for (ImageName image : draft.images(ImageKind.CORE)) {
      Optional<Message> rseq = thread(draft, image).message(ThreadCoreEntry.RSEQ_ENTRY);
      if (rseq.isPresent() && rseq.get().varint(RseqEntry.RSEQ_ABI_POINTER).orElse(0) != 0) {
        refuse(draft, device, "thread %d uses restartable sequences".formatted(image.id()));
      }
    }
  }

  /** Options of TCP sockets moved from the socket's options into fields of their own. */
  private static void keepalive(Draft draft) throws IOException {
    draft.change(
        ImageName.of(ImageKind.FILES),
        files ->
            files.map(entry ->
                entry.has(FileShape.INET_SOCKET.entryField())
                    ? FileShape.INET_SOCKET.change(entry, Format::oldKeepalive)
                    : entry));
  }

  private static Message oldKeepalive(Message socket) {
    Optional<Message> tcp = socket.message(InetSkEntry.TCP_OPTS);
    if (tcp.isEmpty()) {
      return socket;
    }
    Message options = socket.requireMessage(InetSkEntry.OPTS);
    for (int i = 0; i < TCP_KEEPALIVE.size(); i++) {
      OptionalLong value = tcp.get().varint(TCP_KEEPALIVE.get(i));
      options =
          value.isPresent()
              ? options.withVarint(SOCKET_KEEPALIVE.get(i), value.getAsLong())
              : options;
    }
    return socket.withMessage(InetSkEntry.OPTS, options);
  }

  /** The cgroups of a process were its own before they were each thread's. */
  private static void cgroupOfTask(Draft draft) throws IOException {
    for (ImageName image : draft.images(ImageKind.CORE)) {
      Message core = draft.image(image).only();
      OptionalLong set = thread(draft, image).varint(ThreadCoreEntry.CG_SET);
      Optional<Message> task = core.message(CoreEntry.TC);
      if (task.isPresent() && set.isPresent()) {
        Message changed = task.get().withVarint(TaskCoreEntry.CG_SET, set.getAsLong());
        draft.change(image, i -> i.withOnly(core.withMessage(CoreEntry.TC, changed)));
      }
    }
  }

  private static Message thread(Draft draft, ImageName image) throws IOException {
    return draft.image(image).only().message(CoreEntry.THREAD_CORE).orElse(Message.empty());
  }

  private static void refuse(Draft draft, CriuVersion device, String what) {
    draft.refuse(
        RefusalKind.CRIU_FORMAT,
        "%s, which the device's CRIU %s would lose".formatted(what, device));
  }
}
