package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {
  @ParameterizedTest
  @CsvSource({
    "core-1.img, CORE, 1",
    "core-10.img, CORE, 10",
    "pages-1.img, PAGES, 1",
    "pages-10.img, PAGES, 10",
    "pages-shmem-10.img, PAGES_SHMEM, 10",
    "pagemap-7.img, PAGEMAP, 7",
    "pagemap-shmem-7.img, PAGEMAP_SHMEM, 7",
    "ghost-file-1f.img, GHOST_FILE, 31",
    "tcp-stream-10.img, TCP_STREAM, 16",
    "pstree.img, PSTREE, 0",
    "tmpfs-dev-43.tar.gz.img, TMPFS_DEV, 43",
    "tmpfs-43.tar.gz.img, TMPFS, 43",
    "netns-ct-9.img, NETNS_CT, 9",
    "stats-dump, STATS_DUMP, 0",
    "binfmt-misc.img, BINFMT_MISC, 0",
    "binfmt-misc-3.img, BINFMT_MISC_OLD, 3",
  })
  void parsesKindAndId(String fileName, ImageKind kind, long id) {
    ImageName name = ImageName.parse(fileName).orElseThrow();
    assertEquals(new ImageName(kind, id), name);
    assertEquals(fileName, name.fileName());
  }

  /** Hole 3: those before us looked for a process's images by substring. */
  @Test
  void pid1IsNotFoundInCore10() {
    Optional<ImageName> one = ImageName.parse("core-1.img");
    for (String other : Set.of("core-10.img", "core-11.img", "core-21.img", "score-1.img")) {
      assertTrue(!ImageName.parse(other).equals(one), other);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "core",
        "core.img",
        "core-.img",
        "core-01.img",
        "core-+1.img",
        "core--1.img",
        "core-1.img.bak",
        "core-1",
        "CORE-1.img",
        "core-1f.img",
        "xcore-1.img",
        "ghost-file-1F.img",
        "core-18446744073709551616.img",
        "pstree-1.img",
        "stats-dump.img",
        "stats-",
        "tmpfs-43.img",
        "descriptors.json",
        "dump.log",
        "../core-1.img",
        "amdgpu-kfd-1.img",
      })
  void takesNoOtherNameForAnImage(String fileName) {
    assertEquals(Optional.empty(), ImageName.parse(fileName));
  }

  @ParameterizedTest
  @EnumSource
  void everyKindParsesItsOwnName(ImageKind kind) {
    ImageName name = kind.numbered() ? ImageName.of(kind, -1) : ImageName.of(kind);
    assertEquals(Optional.of(name), ImageName.parse(name.fileName()));
  }

  @Test
  void noTwoKindsShareAName() {
    Set<String> names = new HashSet<>();
    for (ImageKind kind : ImageKind.values()) {
      assertTrue(names.add(new ImageName(kind, kind.numbered() ? 1 : 0).fileName()), kind.name());
    }
  }

  @Test
  void idAndKindMustFit() {
    assertThrows(IllegalArgumentException.class, () -> new ImageName(ImageKind.PSTREE, 1));
    assertThrows(IllegalArgumentException.class, () -> ImageName.of(ImageKind.CORE));
  }
}
