package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ContainerFilesTest {
  @TempDir private Path folder;
  private Path root;
  private Path into;

  @BeforeEach
  void begin() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    into = folder.resolve("copy");
    Files.createDirectories(root.resolve("usr/bin"));
    Files.writeString(root.resolve("usr/bin/program"), "ours");
    Files.writeString(folder.resolve("secret"), "the host's");
    Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
    Files.createSymbolicLink(root.resolve("out"), folder.resolve("secret"));
    Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
  }

  @Test
  void copiesAFile() throws IOException {
    ContainerFiles.copy(root, "/usr/bin/program", into);
    assertEquals("ours", Files.readString(into));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/out",
        "/up/secret",
        "/bin/program",
        "/../secret",
        "/usr/../../secret",
        "secret",
        "/",
        "/usr/bin"
      })
  void neverFollowsALinkNorLeavesTheContainer(String path) {
    assertThrows(IOException.class, () -> ContainerFiles.copy(root, path, into));
    assertFalse(Files.exists(into));
  }

  @Test
  void namesTheLinkOnTheWay() {
    IOException failure =
        assertThrows(IOException.class, () -> ContainerFiles.copy(root, "/bin/program", into));
    assertTrue(failure.getMessage().startsWith("/bin is a link"), failure.getMessage());
  }

  @Test
  void missingFileIsToldFromAnythingElse() {
    assertThrows(
        NoSuchFileException.class, () -> ContainerFiles.copy(root, "/usr/bin/other", into));
  }
}
