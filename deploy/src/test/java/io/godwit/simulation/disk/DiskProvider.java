package io.godwit.simulation.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@link java.nio.file.Files} does, on the disks. */
final class DiskProvider extends FileSystemProvider {
  private final FileSystem files;

  DiskProvider(FileSystem files) {
    this.files = files;
  }

  @Override
  public String getScheme() {
    return "godwit-simulation";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("disks are made by a machine");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return files;
  }

  @Override
  public Path getPath(URI uri) {
    return DiskPath.of(uri.getPath());
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    DiskPath on = DiskPath.of(path);
    Disk disk = Disk.of(on);
    boolean append = options.contains(StandardOpenOption.APPEND);
    boolean writes = append || options.contains(StandardOpenOption.WRITE);
    Node node;
    if (writes && options.contains(StandardOpenOption.CREATE_NEW)) {
      if (exists(on, false)) {
        throw new FileAlreadyExistsException(path.toString());
      }
      node = made(disk.add(on, Node.Kind.FILE, ""), attributes);
    } else if (writes && options.contains(StandardOpenOption.CREATE) && !exists(on, true)) {
      node = made(disk.add(on, Node.Kind.FILE, ""), attributes);
    } else {
      node = disk.find(on, true);
    }
    if (writes && options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
      disk.truncate(node, 0);
    }
    return new DiskChannel(disk, node, on, append);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DiskPath on = DiskPath.of(folder);
    Node node = Disk.of(on).find(on, true);
    if (node.kind != Node.Kind.FOLDER) {
      throw new NotDirectoryException(folder.toString());
    }
    List<Path> children = new ArrayList<>();
    for (String name : node.children.keySet()) {
      Path child = folder.resolve(name);
      if (filter.accept(child)) {
        children.add(child);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return children.iterator();
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    DiskPath on = DiskPath.of(folder);
    if (exists(on, false)) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    made(Disk.of(on).add(on, Node.Kind.FOLDER, ""), attributes);
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    DiskPath on = DiskPath.of(link);
    if (exists(on, false)) {
      throw new FileAlreadyExistsException(link.toString());
    }
    Disk.of(on).add(on, Node.Kind.LINK, target.toString());
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    DiskPath on = DiskPath.of(link);
    DiskPath from = DiskPath.of(existing);
    if (exists(on, false)) {
      throw new FileAlreadyExistsException(link.toString());
    }
    Disk.of(on).link(on, Disk.of(from).find(from, false));
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    DiskPath on = DiskPath.of(link);
    Node node = Disk.of(on).find(on, false);
    if (node.kind != Node.Kind.LINK) {
      throw new NotLinkException(link.toString());
    }
    return Path.of(node.target);
  }

  @Override
  public void delete(Path path) throws IOException {
    DiskPath on = DiskPath.of(path);
    Node node = Disk.of(on).find(on, false);
    if (!node.children.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    Disk.of(on).remove(on);
  }

  @Override
  public void copy(Path from, Path to, CopyOption... options) throws IOException {
    DiskPath source = DiskPath.of(from);
    DiskPath target = DiskPath.of(to);
    Node node = Disk.of(source).find(source, true);
    replace(target, options);
    Node made = Disk.of(target).add(target, node.kind, node.target);
    Disk.of(target).write(made, target, node.content, 0, node.size, 0);
    made.mode = node.mode;
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    DiskPath source = DiskPath.of(from);
    DiskPath target = DiskPath.of(to);
    if (!Arrays.asList(options).contains(StandardCopyOption.ATOMIC_MOVE)) {
      Disk.of(source).find(source, false);
      replace(target, options);
    }
    Disk.of(source).move(source, target);
  }

  private void replace(DiskPath target, CopyOption... options) throws IOException {
    if (exists(target, false)) {
      if (!Arrays.asList(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      delete(target);
    }
  }

  private static Node made(Node node, FileAttribute<?>... attributes) {
    for (FileAttribute<?> attribute : attributes) {
      if (attribute.name().equals("posix:permissions")) {
        node.mode = mode((Set<?>) attribute.value());
      }
    }
    return node;
  }

  static int mode(Set<?> permissions) {
    int mode = 0;
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      mode = mode << 1 | (permissions.contains(permission) ? 1 : 0);
    }
    return mode;
  }

  private static boolean exists(DiskPath path, boolean follow) throws IOException {
    return Disk.look(path, follow).isPresent();
  }

  @Override
  public boolean exists(Path path, LinkOption... options) {
    try {
      return exists(DiskPath.of(path), follows(options));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public <A extends BasicFileAttributes> @Nullable A readAttributesIfExists(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return Disk.look(DiskPath.of(path), follows(options))
        .map(node -> type.cast(node.attributes()))
        .orElse(null);
  }

  private static boolean follows(LinkOption... options) {
    return !Arrays.asList(options).contains(LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    return node(one).equals(node(other));
  }

  @Override
  public boolean isHidden(Path path) {
    return false;
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return new DiskStore(Disk.of(DiskPath.of(path)).root().toString());
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    node(path);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return type.cast(new DiskAttributes(() -> node(path, options)));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return type.cast(node(path, options).attributes());
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    Node node = node(path, options);
    Map<String, Object> found = new TreeMap<>();
    for (String name : attributes.substring(attributes.indexOf(':') + 1).split(",", -1)) {
      found.put(
          name,
          switch (name) {
            case "uid", "gid" -> 0;
            case "mode" -> node.attributes().unixMode();
            case "rdev" -> 0L;
            case "dev" -> 1L;
            case "ino" -> node.number;
            case "lastModifiedTime" -> node.attributes().lastModifiedTime();
            case "permissions" -> node.attributes().permissions();
            case "size" -> (long) node.size;
            default -> throw new UnsupportedOperationException("attribute " + name);
          });
    }
    return found;
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    Node node = node(path, options);
    switch (attribute) {
      case "unix:mode" -> node.mode = (int) value;
      case "lastModifiedTime" -> node.modifiedMs = ((FileTime) value).toMillis();
      case "posix:permissions" -> node.mode = mode((Set<?>) value);
      case "unix:uid", "unix:gid" -> {
        // All is root's.
      }
      default -> throw new UnsupportedOperationException("attribute " + attribute);
    }
  }

  private static Node node(Path path, LinkOption... options) throws IOException {
    DiskPath on = DiskPath.of(path);
    return Disk.of(on).find(on, follows(options));
  }
}
