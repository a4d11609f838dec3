package io.godwit.checkpointer.work;

import io.godwit.docker.LayerListing;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A layer's listing on disk, from the time when the layer went ahead until the container is frozen.
 * Java's modified UTF-8 and big-endian numbers: seconds, nanoseconds and the count of entries, then
 * each entry. On disk before the journal says that the layer went ahead.
 */
final class LayerListingFile {
  private LayerListingFile() {}

  static void write(LayerListing listing, Path file) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        OutputStream stream = Channels.newOutputStream(channel);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream))) {
      Instant takenAt = listing.takenAt();
      out.writeLong(takenAt.getEpochSecond());
      out.writeInt(takenAt.getNano());
      out.writeInt(listing.entries().size());
      for (Map.Entry<String, LayerListing.Entry> entry : listing.entries().entrySet()) {
        LayerListing.Entry value = entry.getValue();
        out.writeUTF(entry.getKey());
        out.writeChar(value.type());
        out.writeLong(value.size());
        out.writeUTF(value.modified());
        out.writeUTF(value.changed());
        out.writeLong(value.inode());
      }
      out.flush();
      channel.force(true);
    }
  }

  /**
   * @throws IOException when it is not there or ends too early
   */
  static LayerListing read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      Instant takenAt = Instant.ofEpochSecond(in.readLong(), in.readInt());
      int count = in.readInt();
      NavigableMap<String, LayerListing.Entry> entries = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        entries.put(
            in.readUTF(),
            new LayerListing.Entry(
                in.readChar(), in.readLong(), in.readUTF(), in.readUTF(), in.readLong()));
      }
      return new LayerListing(takenAt, entries);
    }
  }
}
