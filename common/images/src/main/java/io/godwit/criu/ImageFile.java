package io.godwit.criu;

import com.google.protobuf.ByteString;

/** One file of a checkpoint, decoded as far as this version knows its kind. */
public sealed interface ImageFile permits EntryImage, RawImage {
  /** The file's name, one path element. */
  String name();

  /** The file's bytes; those it was decoded from, where nothing was changed. */
  ByteString encode();

  /**
   * Decodes a file. The name alone says what it should hold: a file whose name CRIU does not give,
   * and one of a kind without magic, is kept as bytes.
   *
   * @throws ImageException when a file of a known kind is not a sound image of it
   */
  static ImageFile decode(String name, byte[] bytes) {
    return decode(name, ByteString.copyFrom(bytes));
  }

  /** Decodes a file without copying it. */
  static ImageFile decode(String name, ByteString bytes) {
    return ImageName.parse(name)
        .filter(parsed -> !parsed.kind().raw())
        .<ImageFile>map(parsed -> EntryImage.decode(parsed, bytes))
        .orElseGet(() -> new RawImage(name, bytes));
  }
}
