package io.godwit.converter.graft;

import com.google.protobuf.ByteString;
import java.util.List;

/** A file of the conversion. What did not change is named, not copied. */
public sealed interface OutputFile {
  /** A whole file of one of the two folders, unchanged; it may have had another name there. */
  record Copied(Origin origin, String name) implements OutputFile {}

  /** A file that was rewritten. */
  record Rewritten(ByteString content) implements OutputFile {}

  /** A file put together from parts of others, one after the other. */
  record Spliced(List<Piece> pieces) implements OutputFile {
    public Spliced {
      pieces = List.copyOf(pieces);
    }
  }
}
