package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Conversion;
import io.godwit.contract.Decision;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Resolved;
import io.godwit.contract.Succeeded;
import io.godwit.service.Settings;
import io.godwit.trust.KeyName;
import io.godwit.trust.SigningKey;
import io.godwit.trust.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeakersTest {
  @TempDir private Path folder;

  private static boolean may(String signer, Topic topic, MessageLite record) throws Exception {
    return Speakers.of(topic, record.toByteArray()).test(new KeyName(signer));
  }

  @Test
  void recordIsTheWordOfTheMachineThatItNames() throws Exception {
    Preparation preparation = Preparation.newBuilder().setHost("alpha").setDevice("pi").build();
    assertTrue(may("host-alpha", Topic.PREPARATIONS, preparation));
    assertFalse(may("host-beta", Topic.PREPARATIONS, preparation));
    assertFalse(may("converter-1", Topic.PREPARATIONS, preparation));
    Rehearsal rehearsal = Rehearsal.newBuilder().setHost("alpha").setDevice("pi").build();
    assertTrue(may("device-pi", Topic.REHEARSALS, rehearsal));
    assertFalse(may("device-other", Topic.REHEARSALS, rehearsal));
    assertTrue(may("converter-1", Topic.CONVERSIONS, Conversion.getDefaultInstance()));
    assertFalse(may("host-alpha", Topic.CONVERSIONS, Conversion.getDefaultInstance()));
  }

  @Test
  void onlyTheDeviceThatAnAttemptIsForSaysHowItEnded() throws Exception {
    Attempt attempt = Attempt.newBuilder().setDevice("pi").setEpoch(1).build();
    // Another device that calls itself by its own name, for an attempt that is not its own.
    Decision succeeded =
        Decision.newBuilder()
            .setSucceeded(Succeeded.newBuilder().setDevice("other").setAttempt(attempt))
            .build();
    assertFalse(may("device-other", Topic.DECISIONS, succeeded));
    assertTrue(may("device-pi", Topic.DECISIONS, succeeded));
    Decision claim =
        Decision.newBuilder()
            .setClaim(Claim.newBuilder().setDevice("pi").setAttempt(attempt))
            .build();
    assertTrue(may("machine-pi", Topic.DECISIONS, claim));
    assertFalse(may("host-pi", Topic.DECISIONS, claim));
  }

  @Test
  void devicesNeitherAbortNorResolve() throws Exception {
    Decision abort = Decision.newBuilder().setAbort(Abort.getDefaultInstance()).build();
    assertFalse(may("device-pi", Topic.DECISIONS, abort));
    assertTrue(may("converter-1", Topic.DECISIONS, abort));
    assertTrue(may("operator-eve", Topic.DECISIONS, abort));
    Decision resolved = Decision.newBuilder().setResolved(Resolved.getDefaultInstance()).build();
    assertTrue(may("operator-eve", Topic.DECISIONS, resolved));
    assertFalse(may("host-alpha", Topic.DECISIONS, resolved));
  }

  @Test
  void recordThatIsNotBelievedIsPoisonAndItsHandlerNeverSeesIt() throws Exception {
    Trust alpha = trustOf("host-alpha");
    List<Received> handled = new ArrayList<>();
    RecordHandler believed =
        new BelievedRecords(alpha, Topic.PREPARATIONS, "godwit.preparations", handled::add);
    byte[] own = Preparation.newBuilder().setHost("alpha").build().toByteArray();
    believed.handle(signed(alpha, own));
    assertEquals(1, handled.size());
    byte[] others = Preparation.newBuilder().setHost("beta").build().toByteArray();
    PoisonException refused =
        assertThrows(PoisonException.class, () -> believed.handle(signed(alpha, others)));
    assertEquals(
        "the record is not believed: it is signed by host-alpha, who has no say in it",
        refused.getMessage());
    Received unsigned = new Received("pi", own, Instant.EPOCH, Map.of());
    assertThrows(PoisonException.class, () -> believed.handle(unsigned));
    assertEquals(1, handled.size());
  }

  private static Received signed(Trust trust, byte[] value) {
    return new Received(
        "pi",
        value,
        Instant.EPOCH,
        Map.of(Trust.HEADER, trust.sign("godwit.preparations", "pi", value).orElseThrow()));
  }

  private Trust trustOf(String name) throws IOException {
    SigningKey.Pair pair = SigningKey.create(new KeyName(name));
    return Trust.of(
        new Settings(
            Map.of(
                "GODWIT_SIGNING_KEY_FILE",
                Files.writeString(folder.resolve("own"), pair.privateLine()).toString(),
                "GODWIT_TRUSTED_KEYS",
                Files.writeString(folder.resolve("all"), pair.publicLine()).toString(),
                "GODWIT_REQUIRE_SIGNATURES",
                "true")));
  }
}
