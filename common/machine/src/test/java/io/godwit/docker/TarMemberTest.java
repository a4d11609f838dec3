package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives are this machine's own tar's. */
class TarMemberTest {
  private static final String LONG = "a-name-longer-than-a-header-can-hold".repeat(6);
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"posix", "gnu"})
  void namesTypesAndLinksAreTheArchives(String format) throws IOException {
    byte[] archive = archive(format);
    List<TarMember> members = read(archive);
    assertTrue(
        members.contains(new TarMember("./" + LONG, '0', "", 4, Set.of())), members.toString());
    assertTrue(
        members.contains(new TarMember("./link", TarMember.SYMBOLIC_LINK, LONG, 0, Set.of())));
    assertTrue(members.contains(new TarMember("./d/", TarMember.FOLDER, "", 0, Set.of())));
    assertEquals(1, members.stream().filter(m -> m.type() == TarMember.HARD_LINK).count());
    assertEquals(7, members.size(), members.toString());
    assertTrue(
        members.stream().anyMatch(m -> m.name().equals("./sparse")), "the sparse file's real name");
  }

  @Test
  void aCutArchiveFailsWhereverItIsCut() throws IOException {
    byte[] archive = archive("posix");
    for (int length = 0; length < archive.length - 10_240; length += 512) {
      byte[] cut = Arrays.copyOf(archive, length);
      assertThrows(EOFException.class, () -> read(cut), "cut at " + length);
    }
  }

  @Test
  void whatIsNoArchiveIsSaidWithItsOffset() {
    byte[] noise = new byte[2048];
    Arrays.fill(noise, (byte) 'x');
    IOException failure = assertThrows(IOException.class, () -> read(noise));
    assertTrue(failure.getMessage().startsWith("t.tar: offset "), failure.getMessage());
  }

  private static List<TarMember> read(byte[] archive) throws IOException {
    return TarMember.readAll(new ByteArrayInputStream(archive), "t.tar");
  }

  private byte[] archive(String format) throws IOException {
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve(LONG), "data");
    Files.createSymbolicLink(tree.resolve("link"), Path.of(LONG));
    Files.createLink(tree.resolve("hard"), tree.resolve(LONG));
    Files.createDirectory(tree.resolve("d"));
    Files.writeString(tree.resolve("d/small"), "");
    try (var sparse =
        Files.newByteChannel(
            tree.resolve("sparse"),
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      sparse.position(1 << 20).write(java.nio.ByteBuffer.wrap(new byte[] {1}));
    }
    Path archive = folder.resolve("t.tar");
    CommandRunner.Result tar =
        CommandRunner.ofProcesses()
            .run(
                List.of(
                    "tar",
                    "--create",
                    "--sparse",
                    "--format=" + format,
                    "--file",
                    archive.toString(),
                    "--directory",
                    tree.toString(),
                    "."),
                Duration.ofMinutes(1));
    assertEquals(0, tar.exit(), tar.errors());
    return Files.readAllBytes(archive);
  }
}
