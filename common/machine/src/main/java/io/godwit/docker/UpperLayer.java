package io.godwit.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The writable layer of a container that does not run, above the layers of its image. A folder that
 * appears here hides the attributes of the image's folder of the same path, so it gets the same
 * ones (kernel, filesystems/overlayfs, "Directories").
 */
public final class UpperLayer {
  /** As the kernel's own limit (path_resolution(7)). */
  private static final int MOST_LINKS = 40;

  private final Path upper;
  private final List<Path> lowers;

  /**
   * @param upper the writable layer
   * @param lowers the layers below, the topmost first
   */
  public UpperLayer(Path upper, List<Path> lowers) {
    this.upper = upper;
    this.lowers = List.copyOf(lowers);
  }

  /**
   * A container's layers.
   *
   * @throws IOException when the storage driver is not overlay2
   */
  public static UpperLayer of(Container container) throws IOException {
    return new UpperLayer(LayerFiles.upperDir(container), container.lowerLayers());
  }

  /**
   * Puts a file in the place of the one that the container has at a path, with that one's owner;
   * root owns it where there was none.
   *
   * @param path absolute, as the container sees it, without links
   * @param mode permission bits, 0 to 07777
   * @throws IOException when the path goes through something that is no folder
   */
  public void place(String path, Path file, int mode) throws IOException {
    Path place = new LayerPaths(upper).resolve(path);
    Path relative = upper.relativize(place);
    makeParents(relative);
    Optional<Path> before = standing(relative);
    if (before.isPresent() && !Files.isRegularFile(before.get(), LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("%s in the container is no regular file".formatted(path));
    }
    Map<String, Object> owner =
        before.isPresent()
            ? Files.readAttributes(before.get(), "unix:uid,gid", LinkOption.NOFOLLOW_LINKS)
            : Map.of("uid", 0, "gid", 0);
    // Never written through: the old inode may have other names.
    Path next = place.resolveSibling(".godwit-" + place.getFileName());
    Files.copy(file, next, StandardCopyOption.REPLACE_EXISTING);
    own(next, owner);
    Files.setAttribute(next, "unix:mode", mode & 07777);
    Files.move(next, place, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Makes a folder of root's, where the container has nothing at this path.
   *
   * @param path absolute, as the container sees it, without links
   */
  public void makeFolder(String path) throws IOException {
    Path relative = upper.relativize(new LayerPaths(upper).resolve(path));
    if (standing(relative).isEmpty()) {
      makeParents(relative);
      Files.createDirectory(upper.resolve(relative));
    }
  }

  /** Removes a file that {@link #place} put where the image has none. */
  public void remove(String path) throws IOException {
    new LayerPaths(upper).delete(path);
  }

  /**
   * Where a path leads to in the container: its own links are followed, within its root.
   *
   * @param path absolute, as the container sees it; need not exist
   * @throws IOException when links lead in a circle
   */
  public String withoutLinks(String path) throws IOException {
    Deque<String> left = new ArrayDeque<>(List.of(path.split("/")));
    Path at = Path.of("");
    int links = 0;
    while (!left.isEmpty()) {
      String element = left.pop();
      if (element.equals("..")) {
        at = at.getNameCount() > 1 ? at.subpath(0, at.getNameCount() - 1) : Path.of("");
      } else if (!element.isEmpty() && !element.equals(".")) {
        Path next = at.resolve(element);
        Optional<Path> standing = standing(next);
        if (standing.isEmpty() || !Files.isSymbolicLink(standing.get())) {
          at = next;
          continue;
        }
        if (++links > MOST_LINKS) {
          throw new IOException(path + " in the container leads through links in a circle");
        }
        Path to = Files.readSymbolicLink(standing.get());
        at = to.isAbsolute() ? Path.of("") : at;
        for (int i = to.getNameCount() - 1; i >= 0; i--) {
          left.push(to.getName(i).toString());
        }
      }
    }
    return "/" + at;
  }

  private void makeParents(Path relative) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (int count = 1; count < relative.getNameCount(); count++) {
      Path folder = relative.subpath(0, count);
      Optional<Path> standing = standing(folder);
      if (standing.isPresent() && !Files.isDirectory(standing.get(), LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("/%s in the container is no folder".formatted(folder));
      }
      if (!Files.isDirectory(upper.resolve(folder), LinkOption.NOFOLLOW_LINKS)) {
        missing.add(folder);
      }
    }
    for (Path folder : missing) {
      Optional<Path> below = standing(folder);
      Path made = Files.createDirectory(upper.resolve(folder));
      if (below.isPresent()) {
        Map<String, Object> as =
            Files.readAttributes(
                below.get(), "unix:uid,gid,mode,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        own(made, as);
        Files.setAttribute(made, "unix:mode", (int) attribute(as, "mode") & 07777);
      }
    }
  }

  /** What the container sees at a path: the topmost layer that has something there. */
  private Optional<Path> standing(Path relative) throws IOException {
    List<Path> layers = new ArrayList<>();
    layers.add(upper);
    layers.addAll(lowers);
    for (Path layer : layers) {
      Path here = layer.resolve(relative);
      if (LayerPaths.stands(here)) {
        return isWhiteout(here) ? Optional.empty() : Optional.of(here);
      }
    }
    return Optional.empty();
  }

  private static boolean isWhiteout(Path path) throws IOException {
    Map<String, Object> is =
        Files.readAttributes(path, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
    boolean characterDevice = ((int) attribute(is, "mode") & 0170000) == 0020000;
    return characterDevice && (long) attribute(is, "rdev") == 0;
  }

  private static void own(Path path, Map<String, Object> owner) throws IOException {
    Files.setAttribute(path, "unix:uid", attribute(owner, "uid"), LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", attribute(owner, "gid"), LinkOption.NOFOLLOW_LINKS);
  }

  private static Object attribute(Map<String, Object> attributes, String name) throws IOException {
    Object value = attributes.get(name);
    if (value == null) {
      throw new IOException("this filesystem does not tell a file's " + name);
    }
    return value;
  }
}
