package io.godwit.docker;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.MntEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A container's view of its own cgroups (v1), after a restore. runc has CRIU mount there what it
 * finds for itself (getCgroupMounts reads its own {@code /proc/self/cgroup}, at a start in the
 * container's process and at a restore in its own), so programs would read the limits of the whole
 * machine.
 */
public final class CgroupMounts {
  private static final Pattern CONTAINER_ID = Pattern.compile("[0-9a-f]{64}");

  private CgroupMounts() {}

  /**
   * The lines for {@code runc.conf} at a restore; they overrule what runc asks for.
   *
   * @param images the folder of the checkpoint
   * @param containerId of the container that is to be started from it
   * @throws io.godwit.criu.ImageException when an image is damaged
   */
  public static List<String> options(Path images, String containerId) throws IOException {
    ImageFolder folder = ImageFolder.of(images);
    List<String> options = new ArrayList<>();
    for (ImageName name : folder.images(ImageKind.MOUNTPOINTS)) {
      EntryImage mounts = folder.entries(name);
      for (Message mount : mounts.messages()) {
        option(mount, containerId).ifPresent(options::add);
      }
    }
    return options;
  }

  private static Optional<String> option(Message mount, String containerId) {
    Optional<String> key = mount.string(MntEntry.EXT_KEY);
    Matcher dumped = CONTAINER_ID.matcher(mount.requireString(MntEntry.ROOT));
    if (key.isEmpty() || !key.get().startsWith("/sys/fs/cgroup/") || !dumped.find()) {
      return Optional.empty();
    }
    // The container has a hierarchy where the machine has it.
    return Optional.of(
        "external mnt[%s]:%s%s".formatted(key.get(), key.get(), dumped.replaceFirst(containerId)));
  }
}
