package io.godwit.simulation.disk;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A view of a file's attributes; the file is looked for at each use. */
record DiskAttributes(Looked looked) implements PosixFileAttributeView {
  /** Finds the file. */
  @FunctionalInterface
  interface Looked {
    Node node() throws IOException;
  }

  @Override
  public String name() {
    return "posix";
  }

  @Override
  public PosixFileAttributes readAttributes() throws IOException {
    return looked.node().attributes();
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    looked.node().mode = DiskProvider.mode(permissions);
  }

  @Override
  public void setTimes(
      @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime created)
      throws IOException {
    if (modified != null) {
      looked.node().modifiedMs = modified.toMillis();
    }
  }

  @Override
  public UserPrincipal getOwner() throws IOException {
    return looked.node().attributes().owner();
  }

  @Override
  public void setOwner(UserPrincipal owner) {
    // All is root's.
  }

  @Override
  public void setGroup(GroupPrincipal group) {
    // All is root's.
  }
}
