package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CgControllerEntry;
import io.godwit.criu.field.CgroupDirEntry;
import io.godwit.criu.field.CgroupEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CgroupRootTest {
  private static final String DUMPED = "ab".repeat(32);
  private static final String STARTED = "01".repeat(32);

  @TempDir Path folder;

  @Test
  void namesTheNewContainersCgroupWhereTheOldOnesStood() throws IOException {
    write("", "docker/" + DUMPED);
    assertEquals(Optional.of("cgroup-root /docker/" + STARTED), CgroupRoot.option(folder, STARTED));
  }

  @Test
  void keepsWhatSystemdPutsAroundTheId() throws IOException {
    write("", "system.slice/docker-" + DUMPED + ".scope");
    assertEquals(
        Optional.of("cgroup-root /system.slice/docker-" + STARTED + ".scope"),
        CgroupRoot.option(folder, STARTED));
  }

  @Test
  void leavesCgroupV1ToRunc() throws IOException {
    write("memory", "docker/" + DUMPED);
    assertEquals(Optional.empty(), CgroupRoot.option(folder, STARTED));
  }

  @Test
  void needsNoneWhereTheImagesNameNoCgroup() throws IOException {
    assertEquals(Optional.empty(), CgroupRoot.option(folder, STARTED));
  }

  private void write(String controller, String path) throws IOException {
    Message dir = Message.builder().string(CgroupDirEntry.DIR_NAME, path).build();
    Message hierarchy =
        Message.builder()
            .string(CgControllerEntry.CNAMES, controller)
            .messages(CgControllerEntry.DIRS, List.of(dir))
            .build();
    Message cgroups =
        Message.builder().messages(CgroupEntry.CONTROLLERS, List.of(hierarchy)).build();
    EntryImage image = EntryImage.of(ImageName.of(ImageKind.CGROUP), List.of(cgroups));
    Files.write(folder.resolve(image.name()), image.encode().toByteArray());
  }
}
