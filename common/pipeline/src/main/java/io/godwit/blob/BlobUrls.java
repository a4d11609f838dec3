package io.godwit.blob;

import java.io.IOException;
import java.time.Duration;

/** Makes URLs by which others read blobs without rights of their own. */
@FunctionalInterface
public interface BlobUrls {
  /** S3 signs for no longer. */
  Duration LONGEST = Duration.ofDays(7);

  /**
   * A URL for reading a blob, ranges included. It is a secret: whoever has it may.
   *
   * @param valid from now, whole seconds, at most {@link #LONGEST}
   */
  String url(Blob blob, Duration valid) throws IOException;
}
