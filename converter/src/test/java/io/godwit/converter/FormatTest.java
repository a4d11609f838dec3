package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.CredsEntry;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.criu.field.RseqEntry;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.criu.field.ThreadCoreEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the device's CRIU can read. */
final class FormatTest {
  @ParameterizedTest
  @ValueSource(strings = {"4.1.1", "4.2.1"})
  void countOfPagesStandsWhereEveryCriuLooks(String criu) throws Exception {
    Converted converted = Converted.of(Corpus.menagerie().criu(criu));
    for (ImageKind kind : List.of(ImageKind.PAGEMAP, ImageKind.PAGEMAP_SHMEM)) {
      for (String file : converted.files().names()) {
        if (ImageName.parse(file).filter(name -> name.kind() == kind).isPresent()) {
          List<Message> messages =
              converted.files().image(ImageName.parse(file).orElseThrow()).messages();
          for (Message run : messages.subList(1, messages.size())) {
            long count = run.requireVarint(PagemapEntry.NR_PAGES);
            assertTrue(count > 0);
            assertEquals(count, run.requireVarint(PagemapEntry.COMPAT_NR_PAGES), file);
          }
        }
      }
    }
  }

  @Test
  void openProcessDescriptorNeedsCriu41() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .edit(
            ImageName.of(ImageKind.FILES),
            files -> {
              List<Message> all = new ArrayList<>(files.messages());
              Message pidfd = Message.builder().varint(1, 90).varint(3, 2).build();
              all.add(
                  Message.builder()
                      .varint(FileEntry.TYPE, 20)
                      .varint(FileEntry.ID, 90)
                      .message(FileEntry.PIDFD, pidfd)
                      .build());
              return files.withMessages(all);
            });
    Converted.of(what);
    assertEquals(
        List.of("an open process descriptor (pidfd), which the device's CRIU 4.0 would lose"),
        Converted.refusals(what.criu("4.0")));
  }

  @Test
  void lossThatLowersSecurityIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.template()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> {
              Message thread = core.requireMessage(CoreEntry.THREAD_CORE);
              Message creds =
                  thread
                      .requireMessage(ThreadCoreEntry.CREDS)
                      .withVarint(CredsEntry.NO_NEW_PRIVS, 1);
              return core.withMessage(
                  CoreEntry.THREAD_CORE, thread.withMessage(ThreadCoreEntry.CREDS, creds));
            });
    assertEquals(
        List.of("thread 1 has no_new_privs, which the device's CRIU 3.18 would lose"),
        Converted.refusals(what.criu("3.18")));
  }

  @Test
  void cgroupsOfThreadsAreToldOfTheProcessToo() throws Exception {
    Converted converted = Converted.of(Corpus.counter().criu("3.17"));
    assertEquals(
        converted.thread(1).requireVarint(ThreadCoreEntry.CG_SET),
        converted.task(1).requireVarint(TaskCoreEntry.CG_SET));
  }

  @Test
  void restartableSequencesGetTheSignatureOfTheirIsa() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> {
              Message rseq =
                  Message.builder()
                      .varint(RseqEntry.RSEQ_ABI_POINTER, 0x430020)
                      .varint(RseqEntry.RSEQ_ABI_SIZE, 32)
                      .varint(RseqEntry.SIGNATURE, 0x53053053)
                      .varint(RseqEntry.RSEQ_CS_POINTER, 0x400300)
                      .build();
              Message thread = core.requireMessage(CoreEntry.THREAD_CORE);
              return core.withMessage(
                  CoreEntry.THREAD_CORE, thread.withMessage(ThreadCoreEntry.RSEQ_ENTRY, rseq));
            });
    Message rseq = Converted.of(what).thread(1).requireMessage(ThreadCoreEntry.RSEQ_ENTRY);
    assertEquals(0xd428bc00L, rseq.requireVarint(RseqEntry.SIGNATURE));
    assertEquals(0x430020, rseq.requireVarint(RseqEntry.RSEQ_ABI_POINTER));
    assertTrue(rseq.varint(RseqEntry.RSEQ_CS_POINTER).isEmpty());
  }
}
