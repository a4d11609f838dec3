package io.godwit.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MountInfoTest {
  private static final String ROOT =
      "74 49 0:39 / / ro,relatime master:2 shared:7 - overlay overlay rw,lowerdir=/a:/b\n";

  @TempDir private Path folder;

  @Test
  void optionsAreTheMountsAndNotTheFileSystems() throws IOException {
    MountInfo root = only(ROOT);
    assertEquals(new MountInfo("/", List.of("ro", "relatime"), "overlay"), root);
    assertTrue(root.isReadOnly());
    assertFalse(only("74 49 0:39 / / rw,errors=ro - ext4 /dev/vda ro\n").isReadOnly());
  }

  @Test
  void typeComesAfterTheDashWhereverThatIs() throws IOException {
    assertEquals("tmpfs", only("30 20 0:5 / /a rw - tmpfs  rw").type());
    assertEquals("ext4", only("30 20 8:1 /- /- rw shared:1 - ext4 - rw").type());
  }

  @Test
  void octalEscapesAreDecoded() throws IOException {
    assertEquals(
        "/a b\tc\nd\\040#",
        only("1 2 0:5 / /a\\040b\\011c\\012d\\134040\\043 rw - t t rw").point());
  }

  @Test
  void namesAreUtf8AndWhatIsNoneDoesNotStopTheReading() throws IOException {
    assertEquals("/für", only("1 2 0:5 / /für rw - t t rw").point());
    Path table = folder.resolve("latin");
    Files.write(table, "1 2 0:5 / /für rw - t t rw".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals("/f\ufffdr", MountInfo.read(table).getFirst().point());
  }

  @Test
  void mountsKeepTheirOrder() throws IOException {
    assertEquals(
        List.of("/", "/b", "/a"),
        read(ROOT + "1 2 0:5 / /b rw - t t rw\n1 2 0:5 / /a rw - t t rw\n").stream()
            .map(MountInfo::point)
            .toList());
    assertEquals(List.of(), read(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "74",
        "74 49 0:39 / /",
        "74 49 0:39 / /a rw shared:1 overlay overlay rw",
        "1 2 0:5 / /a rw -"
      })
  void lineThatIsNoMountIsToldWithItsNumber(String line) {
    assertEquals(
        folder.resolve("mountinfo")
            + ", line 2: expected a mount, its options, a dash and a type, found: "
            + line,
        why(ROOT + line + "\n"));
  }

  @Test
  void loneBackslashIsToldWithItsLine() {
    assertEquals(
        folder.resolve("mountinfo")
            + ", line 1: expected three octal digits after a backslash, found: /a\\9",
        why("1 2 0:5 / /a\\9 rw - t t rw"));
  }

  @Test
  void readsThisMachines() throws IOException {
    List<MountInfo> mounts = MountInfo.read(Path.of("/proc/self/mountinfo"));
    assertTrue(mounts.stream().anyMatch(mount -> mount.type().equals("proc")), mounts::toString);
  }

  private String why(String table) {
    return String.valueOf(assertThrows(IOException.class, () -> read(table)).getMessage());
  }

  private MountInfo only(String line) throws IOException {
    List<MountInfo> mounts = read(line);
    assertEquals(1, mounts.size());
    return mounts.getFirst();
  }

  private List<MountInfo> read(String table) throws IOException {
    return MountInfo.read(Files.writeString(folder.resolve("mountinfo"), table));
  }
}
