package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Auxv;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.LoadBias;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Refused;
import io.godwit.converter.graft.Step;
import io.godwit.converter.registers.ResumeAddress;
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
import io.godwit.isa.Isa;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rewrites what the kernel knows about signals (core-*.img). Numbers, masks and SA bits are the
 * same on both ISAs; different are:
 *
 * <ul>
 *   <li>the restorer, where a handler returns to: x86_64 demands one of the program's own
 *       (SA_RESTORER), arm64 has it in the vdso (kernel uapi asm/signal.h);
 *   <li>handlers, which are functions of the executable and so the twin's;
 *   <li>the smallest alternate stack: MINSIGSTKSZ, which the kernel tells in the auxiliary vector;
 *   <li>a pending signal that an instruction caused, which has no meaning elsewhere.
 * </ul>
 */
public final class Signals implements Step {
  private static final String NAME = "signals";

  private static final long SIG_IGN = 1;
  private static final long SS_DISABLE = 2;

  /** Of the two ISAs, in bytes (uapi asm/signal.h); the kernel may ask for more. */
  private static final long MINSIGSTKSZ_AARCH64 = 5120;

  private static final long MINSIGSTKSZ_X86_64 = 2048;

  /**
   * SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS: raised by an instruction if by the kernel.
   */
  private static final Set<Integer> OF_INSTRUCTIONS = Set.of(4, 5, 7, 8, 11, 31);

  private static final int SIGINFO_CODE_OFFSET = 8;

  @Override
  public void apply(Draft draft) throws IOException {
    long smallestStack = smallestStack(draft);
    for (Process process : draft.processes().values()) {
      ImageName leader = ImageName.of(ImageKind.CORE, process.pid());
      Message core = draft.image(leader).only();
      Optional<Message> task = core.message(CoreEntry.TC);
      if (task.isPresent()) {
        try {
          Message changed = core.withMessage(CoreEntry.TC, task(draft, process, task.get()));
          draft.change(leader, image -> image.withOnly(changed));
        } catch (RefusedException e) {
          e.refusals().forEach(draft::refuse);
        }
      }
      for (long thread : process.threads()) {
        Message info =
            draft
                .image(ImageName.of(ImageKind.CORE, thread))
                .only()
                .requireMessage(CoreEntry.THREAD_CORE);
        checkPending(draft, process, info.message(ThreadCoreEntry.SIGNALS_P));
        checkAlternateStack(draft, thread, info.message(ThreadCoreEntry.SAS), smallestStack);
      }
    }
  }

  private static Message task(Draft draft, Process process, Message task)
      throws IOException, RefusedException {
    checkPending(draft, process, task.message(TaskCoreEntry.SIGNALS_S));
    List<Message> actions = new ArrayList<>();
    List<Message> before = task.messages(TaskCoreEntry.SIGACTIONS);
    for (int i = 0; i < before.size(); i++) {
      actions.add(action(draft, process, signal(i), before.get(i)));
    }
    return task.withMessages(TaskCoreEntry.SIGACTIONS, actions);
  }

  private static Message action(Draft draft, Process process, int signal, Message action)
      throws IOException, RefusedException {
    long handler = action.requireVarint(SaEntry.SIGACTION);
    long flags = action.requireVarint(SaEntry.FLAGS);
    boolean handled = Long.compareUnsigned(handler, SIG_IGN) > 0;
    Message result = action;
    if (handled) {
      Executable executable = process.requireExecutable();
      long bias = LoadBias.of(process, executable);
      String what = "the handler of signal %d of %s".formatted(signal, process);
      long twins = ResumeAddress.inTwin(executable, handler, bias, what);
      result = result.withVarint(SaEntry.SIGACTION, twins);
      if (twins != handler) {
        draft.report(NAME, what, Hex.of(handler), Hex.of(twins), "the same function of the twin");
      }
    }
    boolean has = (flags & SaEntry.SA_RESTORER) != 0;
    return switch (draft.input().targetIsa()) {
      case AARCH64 -> {
        if (has) {
          result =
              result
                  .withVarint(SaEntry.FLAGS, flags & ~(long) SaEntry.SA_RESTORER)
                  .withVarint(SaEntry.RESTORER, 0);
          report(draft, process, signal, action, result, "arm64 returns through the vdso");
        }
        yield result;
      }
      case X86_64 -> {
        if (handled) {
          result = withRestorer(process, result, flags);
          report(draft, process, signal, action, result, "x86_64 returns through the program");
        }
        yield result;
      }
    };
  }

  private static Message withRestorer(Process process, Message action, long flags)
      throws IOException, RefusedException {
    Executable executable = process.executable().orElseThrow();
    long restorer =
        SignalReturn.find(executable)
            .orElseThrow(() ->
                Refused.because(
                    RefusalKind.SIGNALS,
                    "the twin of %s has no code that returns from a signal handler, which"
                            .formatted(executable.path())
                        + " x86_64 needs"));
    return action
        .withVarint(SaEntry.FLAGS, flags | SaEntry.SA_RESTORER)
        .withVarint(SaEntry.RESTORER, restorer + LoadBias.of(process, executable));
  }

  private static void report(
      Draft draft, Process process, int signal, Message before, Message after, String why) {
    draft.report(
        NAME,
        "restorer of signal %d of %s".formatted(signal, process),
        Hex.of(before.requireVarint(SaEntry.RESTORER)),
        Hex.of(after.requireVarint(SaEntry.RESTORER)),
        why);
  }

  /** The list leaves out SIGKILL (9) and SIGSTOP (19), which nobody can handle. */
  private static int signal(int index) {
    int signal = index + 1;
    signal += signal >= 9 ? 1 : 0;
    return signal >= 19 ? signal + 1 : signal;
  }

  private static void checkPending(Draft draft, Process process, Optional<Message> queue) {
    for (Message message : queue.orElse(Message.empty()).messages(SignalQueueEntry.SIGNALS)) {
      ByteBuffer info =
          message
              .bytes(SiginfoEntry.SIGINFO)
              .orElseThrow(() -> message.missing(SiginfoEntry.SIGINFO))
              .asReadOnlyByteBuffer()
              .slice()
              .order(ByteOrder.LITTLE_ENDIAN);
      if (info.remaining() < SIGINFO_CODE_OFFSET + Integer.BYTES) {
        throw message.wrong(SiginfoEntry.SIGINFO, "128 bytes", info.remaining() + " bytes");
      }
      int signal = info.getInt(0);
      int code = info.getInt(SIGINFO_CODE_OFFSET);
      if (code > 0 && OF_INSTRUCTIONS.contains(signal)) {
        draft.refuse(
            RefusalKind.SIGNALS,
            "%s has a pending signal %d that one of its instructions raised"
                .formatted(process, signal));
      }
    }
  }

  private static void checkAlternateStack(
      Draft draft, long thread, Optional<Message> stack, long smallest) {
    if (stack.isPresent()
        && (stack.get().requireVarint(ThreadSasEntry.SS_FLAGS) & SS_DISABLE) == 0
        && stack.get().requireVarint(ThreadSasEntry.SS_SIZE) < smallest) {
      draft.refuse(
          RefusalKind.SIGNALS,
          "the alternate signal stack of thread %d has %d bytes, and the device needs %d"
              .formatted(thread, stack.get().requireVarint(ThreadSasEntry.SS_SIZE), smallest));
    }
  }

  private static long smallestStack(Draft draft) throws IOException {
    Isa target = draft.input().targetIsa();
    long atLeast =
        switch (target) {
          case AARCH64 -> MINSIGSTKSZ_AARCH64;
          case X86_64 -> MINSIGSTKSZ_X86_64;
        };
    long told = Auxv.ofTemplate(draft.template()).value(Auxv.MINSIGSTKSZ).orElse(0);
    return Math.max(atLeast, told);
  }
}
