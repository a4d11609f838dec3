package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.RseqEntry;
import io.godwit.criu.field.ThreadCoreEntry;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.util.Optional;

/**
 * Gives registrations of restartable sequences (core-*.img, rseq(2)) the signature of the target:
 * the word that stands before every abort handler is an instruction of the ISA, and the kernel
 * checks it (RSEQ_SIG of the kernel's selftests and of libc, per ISA). A sequence that the thread
 * was in is left: it goes on elsewhere.
 */
public final class RestartableSequences implements Step {
  private static final String NAME = "restartable sequences";
  private static final long SIGNATURE_X86_64 = 0x5305_3053L;
  private static final long SIGNATURE_AARCH64 = 0xd428_bc00L;

  @Override
  public void apply(Draft draft) throws IOException {
    long signature = signature(draft.input().targetIsa());
    for (ImageName image : draft.images(ImageKind.CORE)) {
      draft.change(
          image,
          core ->
              core.map(message ->
                  message
                      .message(CoreEntry.THREAD_CORE)
                      .map(thread ->
                          message.withMessage(
                              CoreEntry.THREAD_CORE, thread(draft, image, thread, signature)))
                      .orElse(message)));
    }
  }

  private static Message thread(Draft draft, ImageName image, Message thread, long signature) {
    Optional<Message> rseq = thread.message(ThreadCoreEntry.RSEQ_ENTRY);
    if (rseq.isEmpty() || rseq.get().requireVarint(RseqEntry.RSEQ_ABI_POINTER) == 0) {
      return thread;
    }
    draft.report(
        NAME,
        image + " signature",
        Hex.of(rseq.get().requireVarint(RseqEntry.SIGNATURE)),
        Hex.of(signature),
        "it is an instruction of the instruction set");
    return thread.withMessage(
        ThreadCoreEntry.RSEQ_ENTRY,
        rseq.get().withVarint(RseqEntry.SIGNATURE, signature).without(RseqEntry.RSEQ_CS_POINTER));
  }

  private static long signature(Isa isa) {
    return switch (isa) {
      case X86_64 -> SIGNATURE_X86_64;
      case AARCH64 -> SIGNATURE_AARCH64;
    };
  }
}
