package io.godwit.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keys of others, by name. They lie in a file, or in the files {@code *.pub} of a folder: each line
 * a name and a key (X.509) in Base64; what begins with a hash sign is for people.
 */
final class TrustedKeys {
  private final Map<String, PublicKey> keys;

  private TrustedKeys(Map<String, PublicKey> keys) {
    this.keys = Map.copyOf(keys);
  }

  /**
   * @throws IllegalArgumentException when a line is no key, names the file; or there is no key
   */
  static TrustedKeys read(Path place) throws IOException {
    Map<String, PublicKey> keys = new HashMap<>();
    for (Path file : files(place)) {
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank() && !line.startsWith("#")) {
          try {
            add(keys, line.strip());
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
          }
        }
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no key in " + place);
    }
    return new TrustedKeys(keys);
  }

  private static List<Path> files(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return List.of(place);
    }
    try (Stream<Path> files = Files.list(place)) {
      return files.filter(file -> file.toString().endsWith(".pub")).sorted().toList();
    }
  }

  private static void add(Map<String, PublicKey> keys, String line) {
    String[] words = line.split(" +", -1);
    if (words.length != 2) {
      throw new IllegalArgumentException("not a name and a key: " + line);
    }
    String name = new KeyName(words[0]).text();
    try {
      PublicKey key =
          KeyFactory.getInstance(SigningKey.ALGORITHM)
              .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(words[1])));
      PublicKey other = keys.putIfAbsent(name, key);
      if (other != null && !other.equals(key)) {
        throw new IllegalArgumentException(
            "a second key of the name %s: tell them apart by an @ behind it".formatted(name));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("no public key for Ed25519: " + line, e);
    }
  }

  /**
   * Who has signed; empty where the signature does not hold.
   *
   * @param signature a name and a signature in Base64
   */
  Optional<KeyName> signer(String type, byte[] payload, String signature) {
    String[] words = signature.split(" ", -1);
    Optional<PublicKey> key =
        words.length == 2 ? Optional.ofNullable(keys.get(words[0])) : Optional.empty();
    if (key.isEmpty()) {
      return Optional.empty();
    }
    try {
      Signature verification = Signature.getInstance(SigningKey.ALGORITHM);
      verification.initVerify(key.get());
      verification.update(SigningKey.encoded(type, payload));
      return verification.verify(Base64.getDecoder().decode(words[1]))
          ? Optional.of(new KeyName(words[0]))
          : Optional.empty();
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
