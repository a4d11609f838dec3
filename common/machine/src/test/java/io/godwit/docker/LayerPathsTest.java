package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerPathsTest {
  @TempDir Path folder;
  private Path layer;
  private Path outside;
  private LayerPaths paths;

  @BeforeEach
  void begin() throws IOException {
    layer = Files.createDirectory(folder.resolve("layer"));
    outside = Files.createDirectory(folder.resolve("outside"));
    paths = new LayerPaths(layer);
  }

  @Test
  void absolutePathsAreTheContainers() throws IOException {
    assertEquals(layer.resolve("usr/bin/kv"), paths.resolve("/usr//bin/./kv"));
  }

  @Test
  void noPathLeavesTheLayer() throws IOException {
    Files.createSymbolicLink(layer.resolve("link"), outside);
    assertThrows(IOException.class, () -> paths.resolve("a/../../etc/passwd"));
    IOException through = assertThrows(IOException.class, () -> paths.resolve("link/passwd"));
    assertEquals(
        "link/passwd goes through the link link: nothing is written or removed through links",
        through.getMessage());
  }

  @Test
  void deletesALinkAndNotWhatItPointsTo() throws IOException {
    Files.writeString(outside.resolve("kept"), "");
    Files.createSymbolicLink(layer.resolve("link"), outside);
    Files.createDirectories(layer.resolve("d/e"));
    Files.createSymbolicLink(layer.resolve("d/e/link"), outside);
    paths.delete("link");
    paths.delete("d");
    paths.delete("never/was");
    paths.delete(".");
    assertFalse(LayerPaths.stands(layer.resolve("link")));
    assertFalse(LayerPaths.stands(layer.resolve("d")));
    assertTrue(Files.exists(outside.resolve("kept")));
    assertTrue(Files.isDirectory(layer));
  }

  @Test
  void anArchiveCannotWriteThroughALinkItBroughtItself() {
    List<TarMember> members =
        List.of(
            new TarMember("a", TarMember.SYMBOLIC_LINK, "/etc", 0, Set.of()),
            new TarMember("a/b", '0', "", 0, Set.of()));
    IOException refusal = assertThrows(IOException.class, () -> paths.verify(members));
    assertEquals("a/b goes through the link a of the same archive", refusal.getMessage());
  }

  @Test
  void anArchiveCannotLinkToWhatLiesOutside() throws IOException {
    Files.createSymbolicLink(layer.resolve("link"), outside);
    assertThrows(
        IOException.class,
        () ->
            paths.verify(
                List.of(new TarMember("x", TarMember.HARD_LINK, "link/passwd", 0, Set.of()))));
    assertThrows(
        IOException.class,
        () -> paths.verify(List.of(new TarMember("/etc/x", '0', "", 0, Set.of()))));
    paths.verify(List.of(new TarMember("x", TarMember.SYMBOLIC_LINK, "/etc/passwd", 0, Set.of())));
  }

  @Test
  void roomIsMadeWhereTheKindOfFileDiffers() throws IOException {
    Files.createSymbolicLink(layer.resolve("a"), outside);
    Files.createDirectories(layer.resolve("b/c"));
    Files.createDirectories(layer.resolve("d"));
    paths.makeRoomFor(
        List.of(
            new TarMember("a/", TarMember.FOLDER, "", 0, Set.of()),
            new TarMember("b", '0', "", 0, Set.of()),
            new TarMember("d/", TarMember.FOLDER, "", 0, Set.of())));
    assertFalse(LayerPaths.stands(layer.resolve("a")));
    assertFalse(LayerPaths.stands(layer.resolve("b")));
    assertTrue(Files.isDirectory(layer.resolve("d")));
  }
}
