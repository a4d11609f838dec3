package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeComparisonTest {
  @TempDir Path folder;
  private Path ours;
  private Path theirs;

  @BeforeEach
  void begin() throws IOException {
    ours = tree("ours");
    theirs = tree("theirs");
  }

  @Test
  void timesDoNotCount() throws IOException {
    Files.setLastModifiedTime(theirs.resolve("d/file"), FileTime.fromMillis(0));
    assertEquals(Optional.empty(), TreeComparison.difference(ours, theirs));
  }

  @Test
  void aLinkToTheSameIsTheSame() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("localtime"), theirs.resolve("d/file"));
    assertEquals(Optional.empty(), TreeComparison.difference(ours.resolve("d/file"), link));
  }

  @Test
  void whatIsMissingAndWhatIsThereTooIsNamed() throws IOException {
    Files.writeString(theirs.resolve("more"), "");
    assertEquals(Optional.of("more is there too"), TreeComparison.difference(ours, theirs));
    assertEquals(Optional.of("more is missing"), TreeComparison.difference(theirs, ours));
  }

  @Test
  void otherContentPermissionsAndLinksAreNamed() throws IOException {
    Files.writeString(theirs.resolve("d/file"), "tex!");
    assertDifferent("d/file has other content");
    Files.delete(theirs.resolve("d/file"));
    Files.createDirectory(theirs.resolve("d/file"));
    assertDifferent("d/file has other kind of file");
    Files.setPosixFilePermissions(
        theirs.resolve("d"), PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(ours.resolve("d"), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertDifferent("d has other permissions");
  }

  @Test
  void onlyAFolderWithNothingInItIsEmpty() throws IOException {
    assertTrue(TreeComparison.isEmpty(Files.createDirectory(folder.resolve("empty"))));
    assertEquals(false, TreeComparison.isEmpty(ours));
    assertEquals(false, TreeComparison.isEmpty(ours.resolve("d/file")));
  }

  private void assertDifferent(String how) throws IOException {
    assertEquals(Optional.of(how), TreeComparison.difference(ours, theirs));
  }

  private Path tree(String name) throws IOException {
    Path tree = folder.resolve(name);
    Files.createDirectories(tree.resolve("d"));
    Files.writeString(tree.resolve("d/file"), "text");
    Files.createSymbolicLink(tree.resolve("link"), Path.of("d/file"));
    return tree;
  }
}
