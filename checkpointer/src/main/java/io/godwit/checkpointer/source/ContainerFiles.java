package io.godwit.checkpointer.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Set;

/**
 * Reads files of a container from outside. Its links are never followed: an absolute one, or one
 * with {@code ..}, would lead into the host's files. Each folder is opened relative to the one
 * above it (openat(2) with O_NOFOLLOW), so the container cannot put a link in the way meanwhile
 * either.
 */
public final class ContainerFiles {
  private ContainerFiles() {}

  /**
   * Copies a regular file.
   *
   * @param root the container's root folder as the host sees it
   * @param path absolute, in the container
   * @param into is replaced
   * @throws NoSuchFileException when it is not there
   * @throws IOException when it is no regular file, or a link is on the way; the message says which
   */
  public static void copy(Path root, String path, Path into) throws IOException {
    Path inside = Path.of(path);
    if (!inside.isAbsolute() || !inside.normalize().equals(inside) || inside.getNameCount() == 0) {
      throw new IOException(path + " is not an absolute path without '.' and '..'");
    }
    try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
      if (!(top instanceof SecureDirectoryStream<Path> folder)) {
        throw new IOException("this system cannot open files relative to a folder");
      }
      copy(folder, inside, 0, into);
    }
  }

  private static void copy(SecureDirectoryStream<Path> folder, Path inside, int index, Path into)
      throws IOException {
    Path name = inside.getName(index);
    var attributes =
        folder
            .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (attributes.isSymbolicLink()) {
      throw new IOException(
          "%s is a link; give the path that it leads to"
              .formatted(inside.getRoot().resolve(inside.subpath(0, index + 1))));
    }
    if (index + 1 < inside.getNameCount()) {
      try (SecureDirectoryStream<Path> next =
          folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        copy(next, inside, index + 1, into);
      }
      return;
    }
    if (!attributes.isRegularFile()) {
      throw new IOException(inside + " is not a regular file");
    }
    Set<java.nio.file.OpenOption> options =
        Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try (var channel = folder.newByteChannel(name, options);
        InputStream in = Channels.newInputStream(channel)) {
      Files.copy(in, into, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
