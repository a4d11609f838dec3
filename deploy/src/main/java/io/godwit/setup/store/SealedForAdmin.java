package io.godwit.setup.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What MinIO's admin API wants sealed (madmin's {@code EncryptData}): salt, the number of the
 * algorithms, a nonce, then pieces of at most 16 KiB, each under AES-256-GCM with its number behind
 * the nonce. The key is derived from the administrator's secret key by PBKDF2, which MinIO takes
 * wherever it does not write it itself.
 */
final class SealedForAdmin {
  private static final int SALT = 32;
  private static final byte PBKDF2_AES_GCM = 2;
  private static final int ROUNDS = 8192;
  private static final int KEY_BITS = 256;
  private static final int NONCE = 8;
  private static final int TAG = 16;
  private static final int PIECE = 1 << 14;
  private static final byte LAST = (byte) 0x80;

  private SealedForAdmin() {}

  /**
   * Seals a short text.
   *
   * @throws IllegalArgumentException when it is longer than one piece
   */
  static byte[] seal(String text, String secret) {
    byte[] clear = text.getBytes(StandardCharsets.UTF_8);
    if (clear.length > PIECE) {
      throw new IllegalArgumentException(
          "%d bytes are more than one piece".formatted(clear.length));
    }
    SecureRandom random = new SecureRandom();
    byte[] salt = new byte[SALT];
    byte[] nonce = new byte[NONCE];
    random.nextBytes(salt);
    random.nextBytes(nonce);
    try {
      SecretKeySpec key = key(secret, salt);
      // Piece 0 is empty; its tag, behind a mark for the last one, goes into each other's.
      byte[] tag = cipher(key, nonce, 0).doFinal();
      byte[] beside = ByteBuffer.allocate(1 + TAG).put(LAST).put(tag).array();
      Cipher piece = cipher(key, nonce, 1);
      piece.updateAAD(beside);
      byte[] sealed = piece.doFinal(clear);
      return ByteBuffer.allocate(SALT + 1 + NONCE + sealed.length)
          .put(salt)
          .put(PBKDF2_AES_GCM)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2 and AES-GCM", e);
    }
  }

  private static SecretKeySpec key(String secret, byte[] salt) throws GeneralSecurityException {
    PBEKeySpec derived = new PBEKeySpec(secret.toCharArray(), salt, ROUNDS, KEY_BITS);
    return new SecretKeySpec(
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(derived).getEncoded(),
        "AES");
  }

  private static Cipher cipher(SecretKeySpec key, byte[] nonce, int number)
      throws GeneralSecurityException {
    byte[] whole =
        ByteBuffer.allocate(NONCE + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(nonce)
            .putInt(number)
            .array();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG * Byte.SIZE, whole));
    return cipher;
  }
}
