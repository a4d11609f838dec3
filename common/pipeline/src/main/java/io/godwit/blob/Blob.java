package io.godwit.blob;

import io.godwit.contract.BlobRef;
import java.util.regex.Pattern;

/**
 * Names a blob by what is in it, and whose folder it lies in: what a device says has these bytes is
 * not taken for what a host has stored.
 *
 * @param sha256 64 lower-case hexadecimal digits
 * @param size in bytes, not negative
 * @param folder empty, or {@link #folderOf} a device
 */
public record Blob(String sha256, long size, String folder) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern FOLDER =
      Pattern.compile("(from/[A-Za-z0-9][A-Za-z0-9._-]{0,199}/)?");

  /**
   * @throws IllegalArgumentException when the digest, the size or the folder cannot be one
   */
  public Blob {
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "not a SHA-256 digest in lower-case hexadecimal: " + sha256);
    }
    if (size < 0) {
      throw new IllegalArgumentException("a blob's size cannot be " + size);
    }
    if (!FOLDER.matcher(folder).matches()) {
      throw new IllegalArgumentException("a blob lies in no such folder: '" + folder + "'");
    }
  }

  /** One in nobody's folder. */
  public Blob(String sha256, long size) {
    this(sha256, size, "");
  }

  /** Where a device stores what it has to say, and no other does. */
  public static String folderOf(String device) {
    return "from/" + device + "/";
  }

  /** The blob that a record refers to. */
  public static Blob of(BlobRef ref) {
    return new Blob(ref.getSha256(), ref.getSize(), ref.getFolder());
  }

  /** This blob in the wire contract. */
  public BlobRef toRef() {
    return BlobRef.newBuilder().setSha256(sha256).setSize(size).setFolder(folder).build();
  }

  /** The same bytes, in another's folder. */
  Blob in(String other) {
    return new Blob(sha256, size, other);
  }

  /** The object in the bucket. */
  String key() {
    return folder + "sha256/" + sha256;
  }
}
