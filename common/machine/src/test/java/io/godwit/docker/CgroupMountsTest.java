package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.MntEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CgroupMountsTest {
  private static final String DUMPED = "ab".repeat(32);
  private static final String STARTED = "01".repeat(32);

  @TempDir private Path folder;

  @Test
  void containerSeesItsOwnCgroupAfterARestore() throws IOException {
    write(
        external("/sys/fs/cgroup/memory", "/docker/" + DUMPED),
        external("/sys/fs/cgroup/pids", "/system.slice/docker-" + DUMPED + ".scope"));
    assertEquals(
        List.of(
            "external mnt[/sys/fs/cgroup/memory]:/sys/fs/cgroup/memory/docker/" + STARTED,
            "external mnt[/sys/fs/cgroup/pids]:/sys/fs/cgroup/pids/system.slice/docker-"
                + STARTED
                + ".scope"),
        CgroupMounts.options(folder, STARTED));
  }

  @Test
  void otherMountsAndCgroupV2AreLeftToRunc() throws IOException {
    write(
        mount("/", "/sys/fs/cgroup"),
        external("/etc/hosts", "/var/lib/docker/containers/" + DUMPED + "/hosts"),
        external("/sys/fs/cgroup/memory", "/"));
    assertEquals(List.of(), CgroupMounts.options(folder, STARTED));
  }

  private static Message external(String key, String root) {
    return mount(root, key).withString(MntEntry.EXT_KEY, key);
  }

  private static Message mount(String root, String mountpoint) {
    return Message.empty()
        .withString(MntEntry.ROOT, root)
        .withString(MntEntry.MOUNTPOINT, "." + mountpoint);
  }

  private void write(Message... mounts) throws IOException {
    EntryImage image = EntryImage.of(ImageName.of(ImageKind.MOUNTPOINTS, 13), List.of(mounts));
    Files.write(folder.resolve(image.name()), image.encode().toByteArray());
  }
}
