package io.godwit.blob;

import io.godwit.contract.BlobRef;
import java.util.regex.Pattern;

/**
 * Names a blob by what is in it.
 *
 * @param sha256 64 lower-case hexadecimal digits
 * @param size in bytes, not negative
 */
public record Blob(String sha256, long size) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException when the digest or the size cannot be one
   */
  public Blob {
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "not a SHA-256 digest in lower-case hexadecimal: " + sha256);
    }
    if (size < 0) {
      throw new IllegalArgumentException("a blob's size cannot be " + size);
    }
  }

  /** The blob that a record refers to. */
  public static Blob of(BlobRef ref) {
    return new Blob(ref.getSha256(), ref.getSize());
  }

  /** This blob in the wire contract. */
  public BlobRef toRef() {
    return BlobRef.newBuilder().setSha256(sha256).setSize(size).build();
  }
}
