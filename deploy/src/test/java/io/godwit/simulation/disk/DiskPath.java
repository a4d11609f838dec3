package io.godwit.simulation.disk;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An absolute path on a disk. What is relative is the JVM's own: it belongs to no disk. */
final class DiskPath implements Path {
  /** Below it every name is a disk's. */
  static final String ROOT = "/godwit-simulation/";

  private static final String FIRST = "godwit-simulation";
  private static final DiskFileSystem FILES = new DiskFileSystem();

  private final List<String> names;

  private DiskPath(List<String> names) {
    this.names = names;
  }

  static DiskPath of(String absolute) {
    List<String> names = new ArrayList<>();
    add(names, absolute);
    return new DiskPath(names);
  }

  static DiskPath of(Path path) {
    return path instanceof DiskPath disk
        ? disk
        : of(FileSystems.getDefault().getPath(path.toString()).toString());
  }

  private static void add(List<String> names, String path) {
    int from = 0;
    while (from <= path.length()) {
      int to = path.indexOf('/', from);
      to = to < 0 ? path.length() : to;
      if (to > from) {
        names.add(path.substring(from, to));
      }
      from = to + 1;
    }
  }

  /** Whose disk it is on. */
  String disk() {
    return names.get(1);
  }

  /** Below the disk's root. */
  List<String> onDisk() {
    return names.subList(2, names.size());
  }

  boolean isOnADisk() {
    return names.size() > 1 && names.getFirst().equals(FIRST);
  }

  @Override
  public FileSystem getFileSystem() {
    return FILES;
  }

  @Override
  public boolean isAbsolute() {
    return true;
  }

  @Override
  public Path getRoot() {
    return Path.of("/");
  }

  @Override
  public @Nullable Path getFileName() {
    return names.isEmpty() ? null : Path.of(names.getLast());
  }

  @Override
  public @Nullable Path getParent() {
    return names.isEmpty() ? null : new DiskPath(names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public Path getName(int index) {
    return Path.of(names.get(index));
  }

  @Override
  public Path subpath(int begin, int end) {
    return Path.of(String.join("/", names.subList(begin, end)));
  }

  @Override
  public boolean startsWith(Path other) {
    List<String> others = namesOf(other);
    return other.isAbsolute()
        && others.size() <= names.size()
        && names.subList(0, others.size()).equals(others);
  }

  @Override
  public boolean endsWith(Path other) {
    List<String> others = namesOf(other);
    return other.isAbsolute()
        ? equals(other)
        : others.size() <= names.size()
            && names.subList(names.size() - others.size(), names.size()).equals(others);
  }

  private static List<String> namesOf(Path path) {
    if (path instanceof DiskPath disk) {
      return disk.names;
    }
    List<String> names = new ArrayList<>();
    add(names, path.toString());
    return names;
  }

  @Override
  public Path normalize() {
    List<String> normal = new ArrayList<>();
    for (String name : names) {
      if (name.equals("..")) {
        if (!normal.isEmpty()) {
          normal.removeLast();
        }
      } else if (!name.equals(".")) {
        normal.add(name);
      }
    }
    return new DiskPath(normal);
  }

  @Override
  public Path resolve(Path other) {
    return other.isAbsolute() ? other : resolve(other.toString());
  }

  @Override
  public Path resolve(String other) {
    if (other.startsWith("/")) {
      return Path.of(other);
    }
    List<String> longer = new ArrayList<>(names.size() + 1);
    longer.addAll(names);
    add(longer, other);
    return new DiskPath(longer);
  }

  @Override
  public Path relativize(Path other) {
    List<String> others = namesOf(other);
    int same = 0;
    while (same < names.size()
        && same < others.size()
        && names.get(same).equals(others.get(same))) {
      same++;
    }
    List<String> way = new ArrayList<>(Collections.nCopies(names.size() - same, ".."));
    way.addAll(others.subList(same, others.size()));
    return Path.of(String.join("/", way));
  }

  @Override
  public URI toUri() {
    return URI.create("file://" + this);
  }

  @Override
  public Path toAbsolutePath() {
    return this;
  }

  @Override
  public Path toRealPath(LinkOption... options) throws java.io.IOException {
    getFileSystem().provider().checkAccess(this);
    return normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("nobody watches in a simulation");
  }

  @Override
  public Iterator<Path> iterator() {
    return names.stream().map(Path::of).iterator();
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DiskPath path && path.names.equals(names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    return "/" + String.join("/", names);
  }
}
