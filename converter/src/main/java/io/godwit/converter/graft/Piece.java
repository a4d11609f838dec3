package io.godwit.converter.graft;

import com.google.protobuf.ByteString;

/** A part of a spliced file. */
public sealed interface Piece {
  /** In bytes. */
  long length();

  /** A part of a file of one of the two folders. */
  record Stored(Origin origin, String file, long offset, long length) implements Piece {
    public Stored {
      if (offset < 0 || length <= 0) {
        throw new IllegalArgumentException("no part of a file: " + length + " at " + offset);
      }
    }

    /** Whether the other part begins where this one ends. */
    boolean touches(Stored next) {
      return origin == next.origin && file.equals(next.file) && offset + length == next.offset;
    }
  }

  /** Bytes that the graft made. */
  record Made(ByteString bytes) implements Piece {
    @Override
    public long length() {
      return bytes.size();
    }
  }
}
