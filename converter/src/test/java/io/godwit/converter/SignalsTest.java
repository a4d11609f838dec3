package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.SaEntry;
import io.godwit.criu.field.SiginfoEntry;
import io.godwit.criu.field.SignalQueueEntry;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.criu.field.ThreadCoreEntry;
import io.godwit.criu.field.ThreadSasEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kernel knows about signals. */
final class SignalsTest {
  private static final int SIGTERM = 15;
  private static final int SIGTERM_INDEX = 13; // SIGKILL is left out

  @Test
  void arm64ReturnsFromHandlersThroughTheVdso() throws Exception {
    Corpus.Case what = Corpus.counter();
    Message before = sigterm(what.source().image(ImageKind.CORE, 1).only());
    assertTrue((before.requireVarint(SaEntry.FLAGS) & SaEntry.SA_RESTORER) != 0);
    Message after = sigterm(Converted.of(what).core(1));
    assertEquals(0, after.requireVarint(SaEntry.FLAGS));
    assertEquals(0, after.requireVarint(SaEntry.RESTORER));
    assertEquals(before.requireVarint(SaEntry.SIGACTION), after.requireVarint(SaEntry.SIGACTION));
  }

  @Test
  void x8664ReturnsFromHandlersThroughTheTwin() throws Exception {
    Corpus.Case what = Corpus.counterHome();
    Message after = sigterm(Converted.of(what).core(1));
    assertEquals(SaEntry.SA_RESTORER, after.requireVarint(SaEntry.FLAGS));
    assertEquals(
        what.executables().getFirst().twin().requireSymbol("__restore_rt").address(),
        after.requireVarint(SaEntry.RESTORER));
  }

  @Test
  void maskAndDispositionsStay() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    Converted converted = Converted.of(what);
    Message before = what.source().image(ImageKind.CORE, 1).only();
    assertEquals(
        before.requireMessage(CoreEntry.TC).requireVarint(TaskCoreEntry.BLK_SIGSET),
        converted.task(1).requireVarint(TaskCoreEntry.BLK_SIGSET));
    assertEquals(
        before.requireMessage(CoreEntry.TC).requireMessage(TaskCoreEntry.TIMERS),
        converted.task(1).requireMessage(TaskCoreEntry.TIMERS));
    assertEquals(
        before.requireMessage(CoreEntry.TC).requireMessage(TaskCoreEntry.SIGNALS_S),
        converted.task(1).requireMessage(TaskCoreEntry.SIGNALS_S));
  }

  @Test
  void handlerThatTheTwinLacksIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> withSigterm(core, a -> a.withVarint(SaEntry.SIGACTION, 0x555000)));
    assertEquals(
        List.of(
            "the handler of signal 15 of process 1 is 0x555000, where the twin of /counter has no"
                + " code"),
        Converted.refusals(what));
  }

  @Test
  void pendingSignalOfAnInstructionIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    byte[] siginfo =
        ByteBuffer.allocate(128)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(11)
            .putInt(0)
            .putInt(1)
            .array();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> {
              Message queue =
                  Message.builder()
                      .messages(
                          SignalQueueEntry.SIGNALS,
                          List.of(
                              Message.builder()
                                  .bytes(SiginfoEntry.SIGINFO, ByteString.copyFrom(siginfo))
                                  .build()))
                      .build();
              Message thread = core.requireMessage(CoreEntry.THREAD_CORE);
              return core.withMessage(
                  CoreEntry.THREAD_CORE, thread.withMessage(ThreadCoreEntry.SIGNALS_P, queue));
            });
    assertEquals(
        List.of("process 1 has a pending signal 11 that one of its instructions raised"),
        Converted.refusals(what));
  }

  @Test
  void alternateStackThatIsTooSmallForArm64IsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core -> {
              Message stack =
                  Message.builder()
                      .varint(ThreadSasEntry.SS_SP, 0x430000)
                      .varint(ThreadSasEntry.SS_SIZE, 2048)
                      .varint(ThreadSasEntry.SS_FLAGS, 0)
                      .build();
              Message thread = core.requireMessage(CoreEntry.THREAD_CORE);
              return core.withMessage(
                  CoreEntry.THREAD_CORE, thread.withMessage(ThreadCoreEntry.SAS, stack));
            });
    assertEquals(
        List.of("the alternate signal stack of thread 1 has 2048 bytes, and the device needs 5120"),
        Converted.refusals(what));
  }

  private static Message sigterm(Message core) {
    return core.requireMessage(CoreEntry.TC).messages(TaskCoreEntry.SIGACTIONS).get(SIGTERM_INDEX);
  }

  private static Message withSigterm(
      Message core, java.util.function.UnaryOperator<Message> change) {
    Message task = core.requireMessage(CoreEntry.TC);
    List<Message> actions = new java.util.ArrayList<>(task.messages(TaskCoreEntry.SIGACTIONS));
    assertEquals(SIGTERM, SIGTERM_INDEX + 2);
    actions.set(SIGTERM_INDEX, change.apply(actions.get(SIGTERM_INDEX)));
    return core.withMessage(CoreEntry.TC, task.withMessages(TaskCoreEntry.SIGACTIONS, actions));
  }
}
