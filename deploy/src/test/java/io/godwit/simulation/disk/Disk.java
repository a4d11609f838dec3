package io.godwit.simulation.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A disk with a journaling file system as ext4 is: what happens to folders gets to the disk in its
 * order, all of it by the time that anything is forced; a file's bytes only when the file itself
 * is. A power cut takes the rest.
 */
public final class Disk implements AutoCloseable {
  private static final Map<String, Disk> DISKS = new ConcurrentHashMap<>();
  private static final int MOST_LINKS = 40;

  /** Sees what is done to a disk. */
  @FunctionalInterface
  public interface Watcher {
    /** Told before something is on the disk for good: a moment to die at. */
    void force(String path);

    /** Told after a file has got other bytes: some files do something. */
    default void written(String path) {}
  }

  private final String name;
  private final LongSupplier clockMs;
  private final Node root;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final java.util.Set<Node> dirty = new java.util.LinkedHashSet<>();
  private long nextNumber = 2;
  private boolean full;
  private Watcher watcher = path -> {};

  /**
   * @param name unique among all that are open
   * @param clockMs of its machine
   */
  public Disk(String name, LongSupplier clockMs) {
    this.name = name;
    this.clockMs = clockMs;
    this.root = new Node(Node.Kind.FOLDER, 1, "", clockMs.getAsLong());
    DISKS.put(name, this);
  }

  /** Where it begins. */
  public Path root() {
    return DiskPath.of(DiskPath.ROOT + name);
  }

  public void watch(Watcher by) {
    this.watcher = by;
  }

  /** Whether nothing can be written any more. */
  public void setFull(boolean full) {
    this.full = full;
  }

  public boolean isFull() {
    return full;
  }

  /** The power is cut: what was not forced is gone, in part or as a whole. */
  public void cutPower(Random random) {
    int kept = undo.isEmpty() ? 0 : random.nextInt(undo.size() + 1);
    while (undo.size() > kept) {
      undo.pop().run();
    }
    undo.clear();
    for (Node node : List.copyOf(dirty)) {
      if (random.nextInt(4) > 0) {
        node.lose();
      }
    }
    dirty.clear();
  }

  /** Everything that was written stays: sync(2). */
  public void sync() {
    undo.clear();
    dirty.forEach(Node::force);
    dirty.clear();
  }

  @Override
  public void close() {
    DISKS.remove(name);
  }

  static Disk of(DiskPath path) throws IOException {
    Disk disk = path.isOnADisk() ? DISKS.get(path.disk()) : null;
    if (disk == null) {
      throw new NoSuchFileException(path.toString());
    }
    return disk;
  }

  void force(Node node, String path) {
    watcher.force(path);
    undo.clear();
    if (node.kind == Node.Kind.FILE) {
      node.force();
      dirty.remove(node);
    }
  }

  void write(Node node, Path path, byte[] bytes, int offset, int length, int at)
      throws IOException {
    requireRoom(path);
    int end = Math.addExact(at, length);
    node.reserve(end);
    if (at > node.size) {
      Arrays.fill(node.content, node.size, at, (byte) 0);
    }
    System.arraycopy(bytes, offset, node.content, at, length);
    node.size = Math.max(node.size, end);
    changed(node);
    watcher.written(path.toString());
  }

  void truncate(Node node, int size) {
    if (size < node.size) {
      node.size = size;
      changed(node);
    }
  }

  private void changed(Node node) {
    node.modifiedMs = clockMs.getAsLong();
    // What was written over is gone from the array that was forced.
    dirty.add(node);
  }

  Node add(DiskPath path, Node.Kind kind, String target) throws IOException {
    requireRoom(path);
    Node parent = parent(path);
    Node made = new Node(kind, nextNumber++, target, clockMs.getAsLong());
    put(parent, last(path), made);
    return made;
  }

  void link(DiskPath path, Node node) throws IOException {
    requireRoom(path);
    put(parent(path), last(path), node);
  }

  void remove(DiskPath path) throws IOException {
    Node parent = parent(path);
    Node gone = parent.children.remove(last(path));
    if (gone != null) {
      undo.push(() -> parent.children.put(last(path), gone));
      parent.modifiedMs = clockMs.getAsLong();
    }
  }

  void move(DiskPath from, DiskPath to) throws IOException {
    Node fromParent = parent(from);
    Node toParent = parent(to);
    Node moved = fromParent.children.get(last(from));
    if (moved == null) {
      throw new NoSuchFileException(from.toString());
    }
    fromParent.children.remove(last(from));
    Node replaced = toParent.children.put(last(to), moved);
    undo.push(() -> {
      if (replaced == null) {
        toParent.children.remove(last(to));
      } else {
        toParent.children.put(last(to), replaced);
      }
      fromParent.children.put(last(from), moved);
    });
  }

  private void put(Node parent, String child, Node node) {
    Node replaced = parent.children.put(child, node);
    undo.push(() -> {
      if (replaced == null) {
        parent.children.remove(child);
      } else {
        parent.children.put(child, replaced);
      }
    });
    parent.modifiedMs = clockMs.getAsLong();
  }

  private void requireRoom(Path path) throws IOException {
    if (full) {
      throw new FileSystemException(path.toString(), null, "No space left on device");
    }
  }

  private static String last(DiskPath path) {
    return path.onDisk().getLast();
  }

  Node parent(DiskPath path) throws IOException {
    List<String> names = path.onDisk();
    if (names.isEmpty()) {
      throw new FileSystemException(path.toString(), null, "it is a whole disk");
    }
    Node parent = walk(names.subList(0, names.size() - 1), path, true, 0);
    if (parent.kind != Node.Kind.FOLDER) {
      throw new NotDirectoryException(path.toString());
    }
    return parent;
  }

  /** What stands there. */
  Node find(DiskPath path, boolean follow) throws IOException {
    return walk(path.onDisk(), path, follow, 0);
  }

  /** The same, without the costs of an exception where nothing does. */
  static Optional<Node> look(DiskPath path, boolean follow) throws IOException {
    Disk disk = path.isOnADisk() ? DISKS.get(path.disk()) : null;
    return disk == null
        ? Optional.empty()
        : Optional.ofNullable(disk.walk(path.onDisk(), follow, 0));
  }

  private Node walk(List<String> names, DiskPath asked, boolean followLast, int links)
      throws IOException {
    Node found = walk(names, followLast, links);
    if (found == null) {
      throw new NoSuchFileException(asked.toString());
    }
    return found;
  }

  private @Nullable Node walk(List<String> names, boolean followLast, int links)
      throws IOException {
    Deque<Node> at = new ArrayDeque<>();
    at.push(root);
    for (int i = 0; i < names.size(); i++) {
      String child = names.get(i);
      if (child.equals(".")) {
        continue;
      }
      if (child.equals("..")) {
        if (at.size() > 1) {
          at.pop();
        }
        continue;
      }
      Node next = at.element().children.get(child);
      if (next != null && next.kind == Node.Kind.LINK && (followLast || i < names.size() - 1)) {
        if (links > MOST_LINKS) {
          throw new FileSystemLoopException(String.join("/", names));
        }
        DiskPath target = target(names.subList(0, i), next);
        next = target == null ? null : of(target).walk(target.onDisk(), true, links + 1);
      }
      if (next == null) {
        return null;
      }
      at.push(next);
    }
    return at.element();
  }

  /** Nothing where it leads away from the disks. */
  private @Nullable DiskPath target(List<String> parents, Node link) {
    if (link.target.startsWith("/") && !link.target.startsWith(DiskPath.ROOT)) {
      return null;
    }
    Path folder = root().resolve(String.join("/", parents));
    return (DiskPath) folder.resolve(link.target).normalize();
  }
}
