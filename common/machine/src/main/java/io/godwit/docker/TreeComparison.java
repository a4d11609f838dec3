package io.godwit.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Whether two trees of files are the same to those who use them: names, kinds, owners, permissions,
 * link targets, device numbers and contents. Times, inodes and sockets do not count.
 */
public final class TreeComparison {
  private static final int KIND = 0170000;
  private static final int SOCKET = 0140000;
  private static final int REGULAR = 0100000;
  private static final int FOLDER = 0040000;
  private static final int LINK = 0120000;

  private TreeComparison() {}

  /**
   * The first difference.
   *
   * @param ours a file or folder that stands
   * @param theirs another; a link at the very top is followed
   * @return a path relative to both with what is different there, empty where nothing is
   */
  public static Optional<String> difference(Path ours, Path theirs) throws IOException {
    Path other = Files.isSymbolicLink(theirs) ? theirs.toRealPath() : theirs;
    Map<String, Path> here = walk(ours);
    Map<String, Path> there = walk(other);
    for (String name : here.keySet()) {
      if (!there.containsKey(name)) {
        return Optional.of(name + " is missing");
      }
    }
    for (Map.Entry<String, Path> file : there.entrySet()) {
      Path mine = here.get(file.getKey());
      if (mine == null) {
        return Optional.of(file.getKey() + " is there too");
      }
      Optional<String> different = differs(mine, file.getValue());
      if (different.isPresent()) {
        return Optional.of(
            file.getKey().isEmpty()
                ? different.get()
                : file.getKey() + " has other " + different.get());
      }
    }
    return Optional.empty();
  }

  /** Whether nothing is in a folder. */
  public static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static Map<String, Path> walk(Path top) throws IOException {
    Map<String, Path> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if ((mode(file) & KIND) != SOCKET) {
          all.put(top.relativize(file).toString(), file);
        }
      }
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
    return all;
  }

  private static Optional<String> differs(Path ours, Path theirs) throws IOException {
    int mode = mode(ours);
    if ((mode & KIND) != (mode(theirs) & KIND)) {
      return Optional.of("kind of file");
    }
    if ((mode & KIND) != LINK && mode != mode(theirs)) {
      return Optional.of("permissions");
    }
    if (differ(ours, theirs, "uid") || differ(ours, theirs, "gid")) {
      return Optional.of("owner");
    }
    return switch (mode & KIND) {
      case REGULAR -> content(Files.mismatch(ours, theirs) == -1);
      case LINK -> content(Files.readSymbolicLink(ours).equals(Files.readSymbolicLink(theirs)));
      case FOLDER -> Optional.empty();
      default -> content(!differ(ours, theirs, "rdev"));
    };
  }

  private static Optional<String> content(boolean same) {
    return same ? Optional.empty() : Optional.of("content");
  }

  private static boolean differ(Path ours, Path theirs, String attribute) throws IOException {
    return !read(ours, attribute).equals(read(theirs, attribute));
  }

  private static int mode(Path file) throws IOException {
    return ((Number) read(file, "mode")).intValue();
  }

  private static Object read(Path file, String attribute) throws IOException {
    return Files.getAttribute(file, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
  }
}
