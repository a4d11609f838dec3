package io.godwit.trust;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** A key of one's own. Its file is one line: its name, and the key (PKCS #8) in Base64. */
public final class SigningKey {
  static final String ALGORITHM = "Ed25519";

  private final KeyName name;
  private final PrivateKey key;

  private SigningKey(KeyName name, PrivateKey key) {
    this.name = name;
    this.key = key;
  }

  /**
   * A new pair.
   *
   * @param privateLine for the file that only its holder reads
   * @param publicLine for the file of everybody who is to trust it
   */
  public record Pair(String privateLine, String publicLine) {}

  /** Makes a new pair. */
  public static Pair create(KeyName name) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      return new Pair(
          line(name, pair.getPrivate().getEncoded()), line(name, pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  private static String line(KeyName name, byte[] encoded) {
    return name + " " + Base64.getEncoder().encodeToString(encoded) + "\n";
  }

  /**
   * @throws IllegalArgumentException when it is no such line
   */
  static SigningKey parse(String line) {
    String[] words = line.strip().split(" +", -1);
    if (words.length != 2) {
      throw new IllegalArgumentException("not a name and a key in one line");
    }
    try {
      return new SigningKey(
          new KeyName(words[0]),
          KeyFactory.getInstance(ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(words[1]))));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("no private key for Ed25519", e);
    }
  }

  KeyName name() {
    return name;
  }

  /** The name and the signature in Base64. */
  String sign(String type, byte[] payload) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(encoded(type, payload));
      return name + " " + Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what was a key does not sign", e);
    }
  }

  /**
   * What is signed: DSSE's pre-authentication encoding, so that no payload can be taken for one of
   * another type (github.com/secure-systems-lab/dsse, protocol.md).
   */
  static byte[] encoded(String type, byte[] payload) {
    byte[] typed = type.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        "DSSEv1 %d %s %d "
            .formatted(typed.length, type, payload.length)
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = java.util.Arrays.copyOf(head, head.length + payload.length);
    System.arraycopy(payload, 0, all, head.length, payload.length);
    return all;
  }
}
