package io.godwit.simulation.disk;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;

/** A file, folder or link, and what of it a power cut would leave. */
final class Node {
  /** What it is; 0170000 of its mode says the same (inode(7)). */
  enum Kind {
    FILE(0100000),
    FOLDER(0040000),
    LINK(0120000);

    private final int mode;

    Kind(int mode) {
      this.mode = mode;
    }
  }

  private static final byte[] NOTHING = new byte[0];

  final Kind kind;
  final long number;
  final TreeMap<String, Node> children = new TreeMap<>();
  final String target;
  byte[] content = NOTHING;
  int size;
  long modifiedMs;
  int mode;
  private byte[] forced = NOTHING;

  Node(Kind kind, long number, String target, long nowMs) {
    this.kind = kind;
    this.number = number;
    this.target = target;
    this.modifiedMs = nowMs;
    this.mode = kind == Kind.FOLDER ? 0755 : 0644;
  }

  void reserve(int length) {
    if (content.length < length) {
      content = Arrays.copyOf(content, Math.max(length, content.length * 2));
    }
  }

  byte[] bytes() {
    return Arrays.copyOf(content, size);
  }

  /** Its bytes stay, whatever happens. */
  void force() {
    forced = bytes();
  }

  /** The power is gone, and came back. */
  void lose() {
    content = forced;
    size = forced.length;
  }

  Attributes attributes() {
    return new Attributes(this);
  }

  /** As the file system tells them. */
  record Attributes(Node node) implements PosixFileAttributes, BasicFileAttributes {
    private static final Owner ROOT = new Owner();

    private record Owner() implements GroupPrincipal {
      @Override
      public String getName() {
        return "root";
      }
    }

    int unixMode() {
      return node.kind.mode | node.mode;
    }

    @Override
    public FileTime lastModifiedTime() {
      return FileTime.fromMillis(node.modifiedMs);
    }

    @Override
    public FileTime lastAccessTime() {
      return lastModifiedTime();
    }

    @Override
    public FileTime creationTime() {
      return lastModifiedTime();
    }

    @Override
    public boolean isRegularFile() {
      return node.kind == Kind.FILE;
    }

    @Override
    public boolean isDirectory() {
      return node.kind == Kind.FOLDER;
    }

    @Override
    public boolean isSymbolicLink() {
      return node.kind == Kind.LINK;
    }

    @Override
    public boolean isOther() {
      return false;
    }

    @Override
    public long size() {
      return node.size;
    }

    @Override
    public Object fileKey() {
      return node.number;
    }

    @Override
    public UserPrincipal owner() {
      return ROOT;
    }

    @Override
    public GroupPrincipal group() {
      return ROOT;
    }

    @Override
    public Set<PosixFilePermission> permissions() {
      StringBuilder text = new StringBuilder();
      for (int bit = 8; bit >= 0; bit--) {
        text.append((node.mode >> bit & 1) == 1 ? "xwr".charAt(bit % 3) : '-');
      }
      return PosixFilePermissions.fromString(text.toString());
    }
  }
}
