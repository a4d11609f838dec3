package io.godwit.criu;

import com.google.protobuf.ByteString;

/**
 * An entry of an image.
 *
 * @param message what it says
 * @param payload the bytes that follow the message and that it counts, padding included; empty in
 *     most kinds
 */
public record ImageEntry(Message message, ByteString payload) {
  /** An entry of a kind without payload. */
  public static ImageEntry of(Message message) {
    return new ImageEntry(message, ByteString.EMPTY);
  }

  /** This entry with another message; the payload must still be what that message counts. */
  public ImageEntry withMessage(Message changed) {
    return new ImageEntry(changed, payload);
  }
}
