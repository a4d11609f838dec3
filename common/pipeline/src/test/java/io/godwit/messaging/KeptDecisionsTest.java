package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.Failed;
import io.godwit.service.Settings;
import io.godwit.trust.Trust;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class KeptDecisionsTest {
  private static final Attempt ATTEMPT =
      Attempt.newBuilder().setEpoch(1).setCheckpointSha256("ab").setDeviceInstance("i").build();

  private final KeptDecisions kept =
      new KeptDecisions(Trust.of(new Settings(Map.of())), "godwit.decisions");

  private static Decision claim(String migration) {
    return Decision.newBuilder()
        .setMigrationId(migration)
        .setClaim(Claim.newBuilder().setInstance("i").setAttempt(ATTEMPT))
        .build();
  }

  private void take(long offset, byte[] value) {
    kept.take(
        new ConsumerRecord<>("decisions", 0, offset, "m".getBytes(StandardCharsets.UTF_8), value));
  }

  @Test
  void decisionsComeBackInOrderAsTheyWere() {
    Decision failed =
        Decision.newBuilder()
            .setMigrationId("m")
            .setFailed(Failed.newBuilder().setReason("no").addLog("Error (x)").setAttempt(ATTEMPT))
            .build();
    take(0, claim("m").toByteArray());
    take(1, claim("other").toByteArray());
    take(2, failed.toByteArray());
    take(3, new byte[] {(byte) 0xff});
    assertEquals(List.of(claim("m"), failed), kept.of("m"));
    assertEquals(2, kept.count("m"));
    assertEquals(List.of(), kept.of("nobody's"));
  }

  @Test
  void onlyTheRecordItselfAtItsOwnOffsetIsTakenForIt() {
    take(4, claim("m").toByteArray());
    assertTrue(kept.has(claim("m"), 4));
    assertFalse(kept.has(claim("m"), 3));
    assertFalse(kept.has(claim("other"), 4));
    kept.clear();
    assertFalse(kept.has(claim("m"), 4));
  }

  @Test
  void longTextIsLeftOutAndWhatDecidesIsKept() {
    Decision.Builder long1 = Decision.newBuilder().setMigrationId("m");
    long1.getFailedBuilder().setAttempt(ATTEMPT).setInstance("i").setReason("r".repeat(50_000));
    for (int i = 0; i < 1000; i++) {
      long1.getFailedBuilder().addLog("Error (criu/files.c:1): line " + i);
    }
    Decision written = long1.build();
    take(0, written.toByteArray());
    Decision read = kept.of("m").getFirst();
    assertTrue(read.getSerializedSize() < 8 << 10, "" + read.getSerializedSize());
    assertEquals(ATTEMPT, read.getFailed().getAttempt());
    assertEquals("i", read.getFailed().getInstance());
    assertTrue(kept.has(written, 0));
  }
}
