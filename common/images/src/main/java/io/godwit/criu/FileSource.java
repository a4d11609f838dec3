package io.godwit.criu;

import java.io.IOException;
import java.util.SortedSet;

/** A flat folder of files, wherever it is. */
public interface FileSource {
  /** The names of all files, each one path element. */
  SortedSet<String> names() throws IOException;

  /**
   * The size of a file in bytes.
   *
   * @throws java.nio.file.NoSuchFileException when there is none of that name
   */
  long size(String name) throws IOException;

  /**
   * Reads a part of a file.
   *
   * @throws java.io.EOFException when the file ends before {@code offset + length}
   * @throws java.nio.file.NoSuchFileException when there is none of that name
   */
  byte[] read(String name, long offset, int length) throws IOException;
}
