package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpperLayerTest {
  @TempDir Path folder;

  @Test
  void linksOfTheContainerAreFollowedWithinItsRoot() throws IOException {
    Path upper = Files.createDirectory(folder.resolve("upper"));
    Path image = Files.createDirectories(folder.resolve("image/etc")).resolve("..").normalize();
    Files.createSymbolicLink(image.resolve("sbin"), Path.of("usr/sbin"));
    Files.createSymbolicLink(
        image.resolve("etc/localtime"), Path.of("../../../usr/share/zoneinfo/Etc/UTC"));
    Files.createSymbolicLink(upper.resolve("abs"), Path.of("/sbin/x"));
    Files.createSymbolicLink(upper.resolve("loop"), Path.of("loop"));
    UpperLayer layer = new UpperLayer(upper, List.of(image));

    assertEquals("/usr/sbin/docker-init", layer.withoutLinks("/sbin/docker-init"));
    assertEquals("/usr/share/zoneinfo/Etc/UTC", layer.withoutLinks("/etc/localtime"));
    assertEquals("/usr/sbin/x", layer.withoutLinks("/abs"));
    assertEquals("/not/there", layer.withoutLinks("/not/./there"));
    assertThrows(IOException.class, () -> layer.withoutLinks("/loop/x"));
  }

  @Test
  void folderIsMadeOnlyWhereTheContainerHasNothing() throws IOException {
    Path upper = Files.createDirectory(folder.resolve("upper"));
    Path lower = Files.createDirectories(folder.resolve("lower/there")).getParent();
    UpperLayer layer = new UpperLayer(upper, List.of(lower));
    layer.makeFolder("/there");
    assertFalse(Files.exists(upper.resolve("there")));
    layer.makeFolder("/tmp");
    layer.makeFolder("/tmp");
    assertTrue(Files.isDirectory(upper.resolve("tmp")));
  }
}
