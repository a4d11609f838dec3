package io.godwit.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustTest {
  private static final Predicate<KeyName> ANYBODY = _ -> true;
  private static final String TOPIC = "godwit.preparations";
  private static final byte[] VALUE = "take this".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;
  private Path trusted;

  @BeforeEach
  void folders() throws IOException {
    trusted = Files.createDirectory(folder.resolve("trusted"));
  }

  private Path key(String name, boolean isTrusted) throws IOException {
    SigningKey.Pair pair = SigningKey.create(new KeyName(name));
    if (isTrusted) {
      Files.writeString(trusted.resolve(name + ".pub"), pair.publicLine());
    }
    return Files.writeString(folder.resolve(name + ".key"), pair.privateLine());
  }

  private Trust trust(Optional<Path> own, boolean required) {
    Map<String, String> environment = new HashMap<>();
    own.ifPresent(file -> environment.put("GODWIT_SIGNING_KEY_FILE", file.toString()));
    environment.put("GODWIT_TRUSTED_KEYS", trusted.toString());
    environment.put("GODWIT_REQUIRE_SIGNATURES", Boolean.toString(required));
    return Trust.of(new Settings(environment));
  }

  private static Optional<String> objection(Trust trust, Optional<String> signature) {
    return trust.objection(TOPIC, "pi", VALUE, signature, ANYBODY);
  }

  @Test
  void whatAKnownKeyHasSignedIsBelieved() throws Exception {
    Trust trust = trust(Optional.of(key("host-alpha", true)), true);
    trust.requireComplete();
    assertEquals(Optional.empty(), objection(trust, trust.sign(TOPIC, "pi", VALUE)));
    assertEquals(Optional.empty(), trust.weakness());
  }

  @Test
  void recordIsSignedForItsTopicItsKeyAndItsBytes() throws Exception {
    Trust trust = trust(Optional.of(key("host-alpha", true)), false);
    Optional<String> signature = trust.sign(TOPIC, "pi", VALUE);
    String not = "it is not signed by a key that is trusted here";
    assertEquals(
        Optional.of(not), trust.objection("godwit.pages", "pi", VALUE, signature, ANYBODY));
    assertEquals(Optional.of(not), trust.objection(TOPIC, "pj", VALUE, signature, ANYBODY));
    assertEquals(
        Optional.of(not), trust.objection(TOPIC, "pi", new byte[] {1}, signature, ANYBODY));
  }

  @Test
  void keyThatNobodyTrustsAndOneThatTakesAnothersNameAreRefused() throws Exception {
    key("host-alpha", true);
    Trust stranger = trust(Optional.of(key("host-beta", false)), false);
    assertTrue(objection(stranger, stranger.sign(TOPIC, "pi", VALUE)).isPresent());
    // Another pair under the name of the one that is trusted.
    Trust thief = trust(Optional.of(key("host-alpha", false)), false);
    assertTrue(objection(thief, thief.sign(TOPIC, "pi", VALUE)).isPresent());
    for (String nonsense : new String[] {"", " ", "host-alpha", "host-alpha !", "a b c"}) {
      assertTrue(objection(thief, Optional.of(nonsense)).isPresent(), nonsense);
    }
  }

  @Test
  void unsignedRecordIsTakenUntilSignaturesAreRequired() throws Exception {
    key("host-alpha", true);
    assertEquals(Optional.empty(), objection(trust(Optional.empty(), false), Optional.empty()));
    assertEquals(
        Optional.of("it is not signed"),
        objection(trust(Optional.empty(), true), Optional.empty()));
    assertTrue(trust(Optional.empty(), false).weakness().isPresent());
  }

  @Test
  void keyIsChangedWithBothTrustedMeanwhile() throws Exception {
    Trust old = trust(Optional.of(key("host-alpha", true)), true);
    Trust young = trust(Optional.of(key("host-alpha@2027", true)), true);
    Trust reader = trust(Optional.empty(), true);
    assertEquals(Optional.empty(), objection(reader, old.sign(TOPIC, "pi", VALUE)));
    assertEquals(Optional.empty(), objection(reader, young.sign(TOPIC, "pi", VALUE)));
    Files.delete(trusted.resolve("host-alpha.pub"));
    Trust later = trust(Optional.empty(), true);
    assertTrue(objection(later, old.sign(TOPIC, "pi", VALUE)).isPresent());
    assertEquals(Optional.empty(), objection(later, young.sign(TOPIC, "pi", VALUE)));
  }

  @Test
  void keySpeaksForItsMachineAlone() {
    assertTrue(new KeyName("host-alpha@2").speaksAs(Role.HOST, "alpha"));
    assertTrue(new KeyName("machine-alpha").speaksAs(Role.DEVICE, "alpha"));
    assertTrue(!new KeyName("host-alpha").speaksAs(Role.DEVICE, "alpha"));
    assertTrue(!new KeyName("host-alpha").speaksAs(Role.HOST, "alph"));
    assertTrue(!new KeyName("device-pi").speaksAs(Role.CONVERTER));
    assertThrows(IllegalArgumentException.class, () -> new KeyName("root-alpha"));
    assertThrows(IllegalArgumentException.class, () -> new KeyName("host-a b"));
  }

  @Test
  void whoseOwnKeyIsMissingOrNotTrustedIsToldAtTheStart() throws Exception {
    key("host-alpha", true);
    String none =
        assertThrows(SettingsException.class, () -> trust(Optional.empty(), true).requireComplete())
            .getMessage();
    assertTrue(none.contains("GODWIT_SIGNING_KEY_FILE"), none);
    assertThrows(
        SettingsException.class, () -> trust(Optional.empty(), true).sign(TOPIC, "pi", VALUE));
    Path own = key("host-beta", false);
    String strange =
        assertThrows(SettingsException.class, () -> trust(Optional.of(own), true).requireComplete())
            .getMessage();
    assertTrue(strange.startsWith("The key host-beta of GODWIT_SIGNING_KEY_FILE"), strange);
    Files.writeString(trusted.resolve("junk.pub"), "host-gamma AAAA\n");
    String junk =
        assertThrows(SettingsException.class, () -> trust(Optional.empty(), false)).getMessage();
    assertTrue(junk.contains("junk.pub: no public key for Ed25519"), junk);
  }

  @Test
  void withoutKeysEverythingIsBelievedAsBeforeAndThatIsSaid() {
    Trust nobody = Trust.of(new Settings(Map.of()));
    nobody.requireComplete();
    assertEquals(Optional.empty(), nobody.sign(TOPIC, "pi", VALUE));
    assertEquals(Optional.empty(), objection(nobody, Optional.of("host-alpha AAAA")));
    assertTrue(nobody.weakness().orElseThrow().startsWith("no keys are trusted"));
    assertThrows(
        SettingsException.class,
        () -> Trust.of(new Settings(Map.of("GODWIT_REQUIRE_SIGNATURES", "true"))));
  }

  @Test
  void encodingIsThatOfTheStandard() {
    // The example of DSSE's protocol.md.
    assertEquals(
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        new String(
            SigningKey.encoded(
                "http://example.com/HelloWorld", "hello world".getBytes(StandardCharsets.UTF_8)),
            StandardCharsets.UTF_8));
  }
}
