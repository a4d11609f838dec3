package io.godwit.blob;

import java.io.IOException;

/**
 * A blob that is missing or damaged, or a store that does not answer; the message names the blob.
 */
public final class BlobException extends IOException {
  private static final long serialVersionUID = 1L;

  public BlobException(String message) {
    super(message);
  }

  public BlobException(String message, Throwable cause) {
    super(message, cause);
  }
}
