package io.godwit.messaging;

import io.godwit.contract.Reason;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.util.List;

/** Refusals as the wire contract has them. */
public final class WireRefusals {
  private WireRefusals() {}

  /** For a record. */
  public static List<Reason> of(List<Refusal> refusals) {
    return refusals.stream()
        .map(refusal ->
            Reason.newBuilder()
                .setKind(refusal.kind().word())
                .setSubject(refusal.subject())
                .setSentence(refusal.sentence())
                .setRemedy(refusal.remedy())
                .build())
        .toList();
  }

  /** The answer of a device that cannot take a container. */
  public static io.godwit.contract.Refusal answer(List<Refusal> refusals) {
    return io.godwit.contract.Refusal.newBuilder()
        .addAllReasons(refusals.stream().map(Refusal::words).toList())
        .addAllRefusals(of(refusals))
        .build();
  }

  /**
   * Of such an answer.
   *
   * @param device who refuses where nothing else is said: an agent of another version has sentences
   *     only
   */
  public static List<Refusal> in(io.godwit.contract.Refusal answer, String device) {
    return answer.getRefusalsCount() == 0
        ? answer.getReasonsList().stream()
            .map(sentence -> new Refusal(RefusalKind.OTHER, device, sentence))
            .toList()
        : answer.getRefusalsList().stream().map(WireRefusals::refusal).toList();
  }

  private static Refusal refusal(Reason reason) {
    return new Refusal(
        RefusalKind.of(reason.getKind()),
        reason.getSubject(),
        reason.getSentence(),
        reason.getRemedy());
  }
}
