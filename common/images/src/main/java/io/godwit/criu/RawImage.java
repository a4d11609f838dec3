package io.godwit.criu;

import com.google.protobuf.ByteString;

/**
 * A file that is kept as it is: pages, archives, what tools dumped, and all that this version does
 * not know.
 *
 * @param name the file's name, one path element
 * @param content all its bytes
 */
public record RawImage(String name, ByteString content) implements ImageFile {
  @Override
  public ByteString encode() {
    return content;
  }
}
