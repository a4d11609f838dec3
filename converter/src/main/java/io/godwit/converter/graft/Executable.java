package io.godwit.converter.graft;

import io.godwit.elf.ElfFile;
import java.io.IOException;

/**
 * An executable (or shared object) and its twin for the other ISA.
 *
 * @param path absolute, in the container
 * @param source as the source's machine runs it
 * @param twin as the device will run it, under the same path
 * @param sourceBytes the file's bytes on the source
 * @param twinBytes the twin's bytes
 */
public record Executable(
    String path, ElfFile source, ElfFile twin, FileBytes sourceBytes, FileBytes twinBytes) {
  /** A file that is read in parts. */
  @FunctionalInterface
  public interface FileBytes {
    /** Reads a part that lies in the file. */
    byte[] read(long offset, int length) throws IOException;
  }
}
