package io.godwit.simulation.disk;

import java.nio.file.FileStore;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import org.jspecify.annotations.Nullable;

/** A disk's file system, with more room than anything needs. */
final class DiskStore extends FileStore {
  private static final long ROOM = 1L << 40;

  private final String name;

  DiskStore(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return "ext4";
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public long getTotalSpace() {
    return ROOM;
  }

  @Override
  public long getUsableSpace() {
    return ROOM;
  }

  @Override
  public long getUnallocatedSpace() {
    return ROOM;
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return true;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return true;
  }

  @Override
  public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) {
    throw new UnsupportedOperationException(attribute);
  }
}
