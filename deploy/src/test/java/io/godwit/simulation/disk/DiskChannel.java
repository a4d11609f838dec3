package io.godwit.simulation.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** An open file of a disk, or an open folder, which can be forced only. */
final class DiskChannel extends FileChannel {
  private final Disk disk;
  private final Node node;
  private final DiskPath path;
  private final boolean append;
  private int position;

  DiskChannel(Disk disk, Node node, DiskPath path, boolean append) {
    this.disk = disk;
    this.node = node;
    this.path = path;
    this.append = append;
  }

  @Override
  public int read(ByteBuffer into) {
    int count = read(into, position);
    position += Math.max(count, 0);
    return count;
  }

  @Override
  public int read(ByteBuffer into, long at) {
    if (node.kind != Node.Kind.FILE) {
      throw new NonReadableChannelException();
    }
    if (at >= node.size) {
      return -1;
    }
    int count = Math.min(into.remaining(), node.size - (int) at);
    into.put(node.content, (int) at, count);
    return count;
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) {
    long all = 0;
    for (int i = offset; i < offset + length; i++) {
      int count = read(into[i]);
      if (count < 0) {
        return all == 0 ? -1 : all;
      }
      all += count;
    }
    return all;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (append) {
      position = node.size;
    }
    int count = write(from, position);
    position += count;
    return count;
  }

  @Override
  public int write(ByteBuffer from, long at) throws IOException {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    disk.write(node, path, bytes, 0, bytes.length, (int) at);
    return bytes.length;
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    long all = 0;
    for (int i = offset; i < offset + length; i++) {
      all += write(from[i]);
    }
    return all;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long at) {
    position = (int) at;
    return this;
  }

  @Override
  public long size() {
    return node.size;
  }

  @Override
  public FileChannel truncate(long size) {
    disk.truncate(node, (int) size);
    position = Math.min(position, (int) size);
    return this;
  }

  @Override
  public void force(boolean metaData) {
    disk.force(node, path.toString());
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel to) throws IOException {
    int length = (int) Math.max(0, Math.min(count, node.size - at));
    return to.write(ByteBuffer.wrap(node.content, (int) at, length));
  }

  @Override
  public long transferFrom(ReadableByteChannel from, long at, long count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, 1 << 16));
    int length = from.read(buffer);
    if (length <= 0) {
      return 0;
    }
    return write(buffer.flip(), at);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) {
    throw new UnsupportedOperationException("nothing of a simulated disk is mapped");
  }

  @Override
  public FileLock lock(long at, long size, boolean shared) {
    return new Lock(this, at, size, shared);
  }

  @Override
  public @Nullable FileLock tryLock(long at, long size, boolean shared) {
    return lock(at, size, shared);
  }

  @Override
  protected void implCloseChannel() {
    // Nothing is held.
  }

  /**
   * Ends with its process, and each process of a simulated machine has files of its own to lock.
   */
  private static final class Lock extends FileLock {
    private boolean valid = true;

    Lock(FileChannel channel, long at, long size, boolean shared) {
      super(channel, at, size, shared);
    }

    @Override
    public boolean isValid() {
      return valid;
    }

    @Override
    public void release() {
      valid = false;
    }
  }
}
