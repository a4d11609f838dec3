package io.godwit.docker;

import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Paths in a container's layer, as the machine outside sees them. A link in the layer was made by
 * the container and points anywhere, so no path may go through one.
 */
final class LayerPaths {
  private final Path layer;

  LayerPaths(Path layer) {
    this.layer = layer;
  }

  /**
   * Where a path of the layer lies on this machine.
   *
   * @param path relative, or absolute as the container sees it
   * @throws IOException when it leaves the layer, by its name or through a link
   */
  Path resolve(String path) throws IOException {
    List<String> elements = elements(path);
    Path resolved = layer;
    for (String element : elements) {
      if (Files.isSymbolicLink(resolved)) {
        throw new IOException(
            "%s goes through the link %s: nothing is written or removed through links"
                .formatted(path, layer.relativize(resolved)));
      }
      resolved = resolved.resolve(element);
    }
    return resolved;
  }

  /** Removes a path with all that is in it; nothing where it does not stand. */
  void delete(String path) throws IOException {
    Path gone = resolve(path);
    if (!gone.equals(layer)) {
      DurableFiles.deleteFolder(gone);
    }
  }

  /** Removes what stands where a member is to come and is a folder where it is none, or not one. */
  void makeRoomFor(List<TarMember> members) throws IOException {
    for (TarMember member : members) {
      Path place = resolve(member.name());
      boolean folder = Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
      if (stands(place) && folder != (member.type() == TarMember.FOLDER)) {
        delete(member.name());
      }
    }
  }

  /**
   * Verifies that every member of an archive comes to lie within the layer.
   *
   * @throws IOException when one does not; says which
   */
  void verify(List<TarMember> members) throws IOException {
    Set<String> links = new HashSet<>();
    for (TarMember member : members) {
      String name = verified(member.name(), links);
      switch (member.type()) {
        case TarMember.HARD_LINK -> verified(member.link(), links);
        case TarMember.SYMBOLIC_LINK -> links.add(name);
        default -> links.remove(name);
      }
    }
  }

  private String verified(String name, Set<String> links) throws IOException {
    if (name.startsWith("/")) {
      throw new IOException("an absolute name in a layer's archive: " + name);
    }
    resolve(name);
    String normal = String.join("/", elements(name));
    for (int slash = normal.indexOf('/'); slash >= 0; slash = normal.indexOf('/', slash + 1)) {
      if (links.contains(normal.substring(0, slash))) {
        throw new IOException(
            "%s goes through the link %s of the same archive"
                .formatted(name, normal.substring(0, slash)));
      }
    }
    return normal;
  }

  /** Whether something stands at a path, following no link. */
  static boolean stands(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static List<String> elements(String path) throws IOException {
    List<String> elements =
        Arrays.stream(path.split("/"))
            .filter(element -> !element.isEmpty() && !element.equals("."))
            .toList();
    if (elements.contains("..") || path.indexOf('\0') >= 0) {
      throw new IOException("a path that leaves its folder: " + path);
    }
    return elements;
  }
}
