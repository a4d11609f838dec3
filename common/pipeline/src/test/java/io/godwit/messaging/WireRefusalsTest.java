package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.contract.Reason;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WireRefusalsTest {
  private static final Refusal TRACED =
      new Refusal(RefusalKind.TRACED, "Process 7", "Process 7 is being traced.", "End strace.");

  @Test
  void everyPartOfARefusalArrives() {
    assertEquals(List.of(TRACED), WireRefusals.in(WireRefusals.answer(List.of(TRACED)), "phone"));
  }

  @Test
  void readersOfSentencesGetSentencesWithTheirRemedies() {
    assertEquals(
        List.of("Process 7 is being traced. End strace."),
        WireRefusals.answer(List.of(TRACED)).getReasonsList());
  }

  @Test
  void sentencesOfAnOlderAgentAreRefusalsOfThatDevice() {
    io.godwit.contract.Refusal old =
        io.godwit.contract.Refusal.newBuilder().addReasons("No room.").build();
    assertEquals(
        List.of(new Refusal(RefusalKind.OTHER, "phone", "No room.")),
        WireRefusals.in(old, "phone"));
  }

  @Test
  void kindOfANewerReleaseIsAnother() {
    io.godwit.contract.Refusal newer =
        io.godwit.contract.Refusal.newBuilder()
            .addRefusals(Reason.newBuilder().setKind("quantum").setSentence("It is both."))
            .build();
    assertEquals(RefusalKind.OTHER, WireRefusals.in(newer, "phone").getFirst().kind());
  }

  @Test
  void everyKindIsFoundByItsWord() {
    for (RefusalKind kind : RefusalKind.values()) {
      assertEquals(kind, RefusalKind.of(kind.word()));
    }
    assertEquals(
        RefusalKind.values().length,
        Arrays.stream(RefusalKind.values()).map(RefusalKind::word).distinct().count());
  }
}
