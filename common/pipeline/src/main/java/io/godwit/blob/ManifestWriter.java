package io.godwit.blob;

import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;

/**
 * Stores files and describes them. A store answers one request after the other, each with its own
 * delay, and a checkpoint is some thirty files of a few hundred bytes: so small ones go into blobs
 * together, large ones in parts, and several blobs at a time. Not safe for use by several threads.
 */
public final class ManifestWriter {
  /** What is shorter goes into a blob with others. */
  static final int SMALL = 1 << 18;

  /** The most that goes into such a blob, and the longest part of a large file, in bytes. */
  static final int PACK = 1 << 20;

  private static final int PART = 16 << 20;

  private final BlobStore store;
  private final LongConsumer progress;
  private final Map<String, ManifestFile.Builder> files = new LinkedHashMap<>();
  private final List<Callable<Void>> puts = new ArrayList<>();
  private long done;
  private final List<Packed> packed = new ArrayList<>();
  private ByteArrayOutputStream pack = new ByteArrayOutputStream();

  private record Packed(ManifestFile.Builder file, int offset, int length) {}

  /**
   * @param progress told, by any thread but one at a time, how many bytes of all files are in the
   *     store so far
   */
  public ManifestWriter(BlobStore store, LongConsumer progress) {
    this.store = store;
    this.progress = progress;
  }

  /** Adds a file that is in memory. */
  public void add(String name, byte[] content) {
    ManifestFile.Builder file = entry(name);
    if (content.length == 0 || content.length > SMALL) {
      puts.add(() -> {
        file.setBlob(counted(store.put(content)).toRef());
        return null;
      });
      return;
    }
    if (pack.size() + content.length > PACK) {
      closePack();
    }
    packed.add(new Packed(file, pack.size(), content.length));
    pack.writeBytes(content);
  }

  /** Adds a file that nobody changes until {@link #finish}. */
  public void add(String name, Path content) throws IOException {
    try (FileChannel channel = FileChannel.open(content)) {
      long size = channel.size();
      if (size <= SMALL) {
        add(name, read(channel, content, 0, (int) size));
        return;
      }
      ManifestFile.Builder file = entry(name);
      int parts = Math.toIntExact((size + PART - 1) / PART);
      for (int i = 0; i < parts; i++) {
        file.addSegments(Segment.getDefaultInstance());
      }
      for (int i = 0; i < parts; i++) {
        int part = i;
        long offset = (long) i * PART;
        int length = (int) Math.min(PART, size - offset);
        puts.add(() -> {
          Blob blob = counted(store.put(read(content, offset, length)));
          synchronized (file) {
            file.setSegments(part, Segment.newBuilder().setBlob(blob.toRef()).setLength(length));
          }
          return null;
        });
      }
    }
  }

  /** Adds a file that is made of parts of blobs that the store has. */
  public void add(String name, List<Segment> segments) {
    entry(name).addAllSegments(segments);
  }

  /**
   * Stores what was added.
   *
   * @return the manifest of all files, in the order in which they were added
   * @throws IOException when the store does not take it, or a file cannot be read
   */
  public Manifest finish() throws IOException {
    closePack();
    Together.run(puts);
    Manifest.Builder manifest = Manifest.newBuilder();
    files.values().forEach(manifest::addFiles);
    return manifest.build();
  }

  private ManifestFile.Builder entry(String name) {
    ManifestFile.Builder file = ManifestFile.newBuilder().setName(name);
    if (files.putIfAbsent(name, file) != null) {
      throw new IllegalArgumentException("two files of the name " + name);
    }
    return file;
  }

  private void closePack() {
    if (packed.isEmpty()) {
      return;
    }
    byte[] content = pack.toByteArray();
    List<Packed> members = List.copyOf(packed);
    puts.add(() -> {
      Blob blob = counted(store.put(content));
      for (Packed member : members) {
        member.file.addSegments(
            Segment.newBuilder()
                .setBlob(blob.toRef())
                .setOffset(member.offset)
                .setLength(member.length));
      }
      return null;
    });
    packed.clear();
    pack = new ByteArrayOutputStream();
  }

  private synchronized Blob counted(Blob blob) {
    done += blob.size();
    progress.accept(done);
    return blob;
  }

  private static byte[] read(Path file, long offset, int length) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return read(channel, file, offset, length);
    }
  }

  private static byte[] read(FileChannel channel, Path file, long offset, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException(file + " became shorter while it was stored");
      }
    }
    return bytes.array();
  }
}
