package io.godwit.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * Holds blobs under their digests. Putting a large one that is there already costs a look-up.
 * Implementations are safe for use by several threads.
 */
public interface BlobStore {
  /** Takes no note of progress. */
  LongConsumer SILENT = done -> {};

  /**
   * Stores a file that nobody changes meanwhile.
   *
   * @param progress told how many bytes were sent so far
   * @throws BlobException when the store does not answer or refuses
   * @throws IOException when the file cannot be read
   */
  Blob put(Path file, LongConsumer progress) throws IOException;

  /** Stores bytes. */
  Blob put(byte[] bytes) throws IOException;

  /**
   * Fetches a blob into a file and verifies size and digest; the file appears, by a rename, only
   * when both are right.
   *
   * @throws BlobException when the blob is missing or damaged (says which) or the store does not
   *     answer
   */
  void fetch(Blob blob, Path into, LongConsumer progress) throws IOException;

  /**
   * Opens a blob. The stream verifies: at its end it throws {@link BlobException} when size or
   * digest are wrong.
   */
  InputStream open(Blob blob) throws IOException;

  /**
   * Reads a part of a blob. A part cannot be verified against the digest: whoever uses the whole
   * blob later must.
   *
   * @throws BlobException when the blob is missing or shorter than {@code offset + length}
   */
  byte[] read(Blob blob, long offset, int length) throws IOException;
}
