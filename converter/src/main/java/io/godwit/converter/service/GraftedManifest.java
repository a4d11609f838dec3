package io.godwit.converter.service;

import com.google.protobuf.ByteString;
import io.godwit.blob.BlobStore;
import io.godwit.contract.BlobRef;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.converter.graft.Grafted;
import io.godwit.converter.graft.Origin;
import io.godwit.converter.graft.OutputFile;
import io.godwit.converter.graft.Piece;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns a conversion into a manifest: what was rewritten is put into the blob store, all else is a
 * reference to blobs that are there.
 */
final class GraftedManifest {
  private final BlobStore blobs;
  private final StoredFolder source;
  private final StoredFolder template;

  GraftedManifest(BlobStore blobs, StoredFolder source, StoredFolder template) {
    this.blobs = blobs;
    this.source = source;
    this.template = template;
  }

  /** The manifest of all files, by name. */
  Manifest store(Grafted grafted) throws IOException {
    Manifest.Builder manifest = Manifest.newBuilder();
    for (Map.Entry<String, OutputFile> file : grafted.files().entrySet()) {
      ManifestFile.Builder entry = ManifestFile.newBuilder().setName(file.getKey());
      switch (file.getValue()) {
        case OutputFile.Rewritten(ByteString content) -> entry.setBlob(put(content));
        case OutputFile.Copied(Origin origin, String name) ->
            fill(entry, folder(origin).part(name, 0, folder(origin).size(name)));
        case OutputFile.Spliced(List<Piece> pieces) -> fill(entry, segments(pieces));
      }
      manifest.addFiles(entry);
    }
    return manifest.build();
  }

  /** Bytes that were made go into one blob for the file. */
  private List<Segment> segments(List<Piece> pieces) throws IOException {
    ByteString made = ByteString.EMPTY;
    for (Piece piece : pieces) {
      made = piece instanceof Piece.Made(ByteString bytes) ? made.concat(bytes) : made;
    }
    BlobRef madeBlob = made.isEmpty() ? BlobRef.getDefaultInstance() : put(made);
    List<Segment> segments = new ArrayList<>();
    long offset = 0;
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Made(ByteString bytes) -> {
          segments.add(
              Segment.newBuilder()
                  .setBlob(madeBlob)
                  .setOffset(offset)
                  .setLength(bytes.size())
                  .build());
          offset += bytes.size();
        }
        case Piece.Stored(Origin origin, String file, long from, long length) ->
            segments.addAll(folder(origin).part(file, from, length));
      }
    }
    return segments;
  }

  private void fill(ManifestFile.Builder entry, List<Segment> segments) throws IOException {
    if (segments.isEmpty()) {
      entry.setBlob(put(ByteString.EMPTY));
    } else if (segments.size() == 1 && isWhole(segments.getFirst())) {
      entry.setBlob(segments.getFirst().getBlob());
    } else {
      entry.addAllSegments(segments);
    }
  }

  private static boolean isWhole(Segment segment) {
    return segment.getOffset() == 0 && segment.getLength() == segment.getBlob().getSize();
  }

  private BlobRef put(ByteString bytes) throws IOException {
    return blobs.put(bytes.toByteArray()).toRef();
  }

  private StoredFolder folder(Origin origin) {
    return switch (origin) {
      case SOURCE -> source;
      case TEMPLATE -> template;
    };
  }
}
