package io.godwit.docker;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CgControllerEntry;
import io.godwit.criu.field.CgroupDirEntry;
import io.godwit.criu.field.CgroupEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cgroup that restored processes belong into. Images name the one of the container that was
 * dumped, by that container's id, and CRIU would make it anew and put the processes there: outside
 * of the new container's limits, and where the Engine does not find them. For cgroup v1 runc tells
 * CRIU the new container's cgroups; for v2 it does not, so CRIU's option {@code cgroup-root} does.
 */
public final class CgroupRoot {
  private static final Pattern CONTAINER_ID = Pattern.compile("[0-9a-f]{64}");

  private CgroupRoot() {}

  /**
   * The option for a restore.
   *
   * @param images the folder of the checkpoint
   * @param containerId of the container that is to be started from it
   * @return empty where CRIU needs none
   * @throws io.godwit.criu.ImageException when cgroup.img is damaged
   */
  public static Optional<String> option(Path images, String containerId) throws IOException {
    Optional<EntryImage> image = ImageFolder.of(images).find(ImageName.of(ImageKind.CGROUP));
    if (image.isEmpty() || image.get().entries().isEmpty()) {
      return Optional.empty();
    }
    for (Message controller : image.get().only().messages(CgroupEntry.CONTROLLERS)) {
      // Only the unified hierarchy has no name.
      boolean unified = controller.strings(CgControllerEntry.CNAMES).equals(List.of(""));
      for (Message folder : controller.messages(CgControllerEntry.DIRS)) {
        Matcher dumped = CONTAINER_ID.matcher(folder.requireString(CgroupDirEntry.DIR_NAME));
        if (unified && dumped.find()) {
          return Optional.of("cgroup-root /" + dumped.replaceFirst(containerId));
        }
      }
    }
    return Optional.empty();
  }
}
