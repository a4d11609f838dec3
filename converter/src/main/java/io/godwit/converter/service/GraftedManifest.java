package io.godwit.converter.service;

import com.google.protobuf.ByteString;
import io.godwit.blob.BlobStore;
import io.godwit.blob.ManifestWriter;
import io.godwit.contract.BlobRef;
import io.godwit.contract.Manifest;
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
    ManifestWriter manifest = new ManifestWriter(blobs, BlobStore.SILENT);
    for (Map.Entry<String, OutputFile> file : grafted.files().entrySet()) {
      String name = file.getKey();
      switch (file.getValue()) {
        case OutputFile.Rewritten(ByteString content) -> manifest.add(name, content.toByteArray());
        case OutputFile.Copied(Origin origin, String there) ->
            add(manifest, name, folder(origin).part(there, 0, folder(origin).size(there)));
        case OutputFile.Spliced(List<Piece> pieces) -> add(manifest, name, segments(pieces));
      }
    }
    return manifest.finish();
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

  private static void add(ManifestWriter manifest, String name, List<Segment> segments) {
    if (segments.isEmpty()) {
      manifest.add(name, new byte[0]);
    } else {
      manifest.add(name, segments);
    }
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
