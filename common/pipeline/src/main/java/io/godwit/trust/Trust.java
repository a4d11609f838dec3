package io.godwit.trust;

import io.godwit.service.Setting;
import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a service signs with and whom it believes. Without a key it does not sign; without keys of
 * others it believes everybody, as before there were any.
 */
public final class Trust {
  /** The record header that holds the signature: a key's name and the signature in Base64. */
  public static final String HEADER = "godwit.signature";

  private final Optional<SigningKey> own;
  private final Optional<TrustedKeys> others;
  private final boolean required;

  private Trust(Optional<SigningKey> own, Optional<TrustedKeys> others, boolean required) {
    this.own = own;
    this.others = others;
    this.required = required;
  }

  /**
   * Reads the keys.
   *
   * @throws SettingsException when a file holds none, or what is asked for cannot be
   */
  public static Trust of(Settings settings) {
    Optional<TrustedKeys> others =
        settings
            .given(Setting.TRUSTED_KEYS)
            .map(place -> read(Setting.TRUSTED_KEYS, place, TrustedKeys::read));
    boolean required = settings.requireSignatures();
    if (required && others.isEmpty()) {
      throw new SettingsException(
          "%s is true, and %s is not set: nobody would be believed. Set it to: %s."
              .formatted(
                  Setting.REQUIRE_SIGNATURES.variable(),
                  Setting.TRUSTED_KEYS.variable(),
                  Setting.TRUSTED_KEYS.description()));
    }
    Optional<SigningKey> own =
        settings
            .given(Setting.SIGNING_KEY_FILE)
            .map(file ->
                read(
                    Setting.SIGNING_KEY_FILE,
                    file,
                    path -> SigningKey.parse(Files.readString(path))));
    return new Trust(own, others, required);
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read(Path place) throws IOException;
  }

  private static <T> T read(Setting setting, String place, Reading<T> reading) {
    try {
      return reading.read(Path.of(place));
    } catch (IOException | IllegalArgumentException e) {
      throw new SettingsException(
          "%s is '%s', which cannot be used: %s. Set it to: %s (godwit keys create makes them)."
              .formatted(setting.variable(), place, e.getMessage(), setting.description()),
          e);
    }
  }

  /**
   * Looks whether a service that signs and verifies can do its work.
   *
   * @throws SettingsException when others, or it itself, would not believe it
   */
  public void requireComplete() {
    if (required && own.isEmpty()) {
      throw new SettingsException(
          "%s is true, and this service has no key to sign with. Set %s to: %s."
              .formatted(
                  Setting.REQUIRE_SIGNATURES.variable(),
                  Setting.SIGNING_KEY_FILE.variable(),
                  Setting.SIGNING_KEY_FILE.description()));
    }
    if (own.isPresent() && others.isPresent()) {
      byte[] some = {1};
      String signature = own.get().sign("self", some);
      if (others.get().signer("self", some, signature).isEmpty()) {
        throw new SettingsException(
            "The key %s of %s is not among those of %s: put its public half there."
                .formatted(
                    own.get().name(),
                    Setting.SIGNING_KEY_FILE.variable(),
                    Setting.TRUSTED_KEYS.variable()));
      }
    }
  }

  /** Why somebody who can write records could have anything done; empty where signatures count. */
  public Optional<String> weakness() {
    if (others.isEmpty()) {
      return Optional.of(
          "no keys are trusted (%s): whoever can write to Kafka can have this service do anything"
              .formatted(Setting.TRUSTED_KEYS.variable()));
    }
    return required
        ? Optional.empty()
        : Optional.of(
            "records without a signature are taken, too (%s)"
                .formatted(Setting.REQUIRE_SIGNATURES.variable()));
  }

  /**
   * The signature of a record.
   *
   * @param topic its whole name
   * @throws SettingsException when there is no key to sign with, and nobody would believe it
   */
  public Optional<String> sign(String topic, String key, byte[] value) {
    if (own.isEmpty()) {
      requireComplete();
    }
    return own.map(mine -> mine.sign(type(topic, key), value));
  }

  /**
   * Why a record is not believed; empty where it is.
   *
   * @param signature where it has one
   * @param may whether a key's holder may say this
   */
  public Optional<String> objection(
      String topic, String key, byte[] value, Optional<String> signature, Predicate<KeyName> may) {
    if (others.isEmpty()) {
      return Optional.empty();
    }
    if (signature.isEmpty()) {
      return required ? Optional.of("it is not signed") : Optional.empty();
    }
    Optional<KeyName> signer = others.get().signer(type(topic, key), value, signature.get());
    if (signer.isEmpty()) {
      return Optional.of("it is not signed by a key that is trusted here");
    }
    return may.test(signer.get())
        ? Optional.empty()
        : Optional.of("it is signed by %s, who has no say in it".formatted(signer.get()));
  }

  /** A record is said under its key in its topic; elsewhere it says nothing. */
  private static String type(String topic, String key) {
    return "application/x-protobuf;topic=%s;key=%s".formatted(topic, key);
  }
}
