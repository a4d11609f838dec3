package io.godwit.converter.environment;

import io.godwit.converter.environment.MountTable.Mount;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Origin;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the contents of the source's tmpfs mounts into those of the device that are at the same
 * mount points. The archives (tmpfs-dev-N.tar.gz.img, N being the device of the mount) go through
 * unchanged. Mounts that only the device's runtime makes keep what it put there. A tmpfs that only
 * the source's runtime made is left out where it holds nothing but folders to mount on.
 */
public final class Tmpfs implements Step {
  private static final String NAME = "tmpfs";

  @Override
  public void apply(Draft draft) throws IOException {
    MountTable source = MountTable.of(draft.source());
    MountTable template = MountTable.of(draft.template());
    for (ImageName archive : draft.template().images(ImageKind.TMPFS_DEV)) {
      draft.copy(Origin.TEMPLATE, archive.fileName(), archive.fileName());
    }
    for (ImageName archive : draft.source().images(ImageKind.TMPFS)) {
      draft.refuse(
          RefusalKind.NO_PLACE,
          archive + " is of a CRIU that named tmpfs contents by mount; dump with CRIU 3 or newer");
    }
    for (ImageName archive : draft.source().images(ImageKind.TMPFS_DEV)) {
      Optional<Mount> from = source.wholeByDevice(archive.id());
      Optional<Mount> to =
          from.flatMap(mount -> template.at(mount.point()))
              .filter(mount -> mount.fileSystem() == MountTable.TMPFS);
      if (to.isPresent()) {
        String place = ImageName.of(ImageKind.TMPFS_DEV, to.get().device()).fileName();
        draft.copy(Origin.SOURCE, archive.fileName(), place);
        draft.report(
            NAME,
            to.get().point(),
            archive.fileName(),
            place,
            "the contents go to the device's mount at the same place");
      } else {
        leaveOut(draft, source, archive, from);
      }
    }
  }

  private static void leaveOut(
      Draft draft, MountTable source, ImageName archive, Optional<Mount> mount) throws IOException {
    String point = mount.map(Mount::point).orElse("an unknown place (" + archive + ")");
    Set<String> mountPoints = new HashSet<>();
    source.all().forEach(other -> mountPoints.add(other.point()));
    for (String folder : TarListing.of(draft.source(), archive.fileName())) {
      String path = point.equals("/") ? folder : point + folder;
      if (!folder.isEmpty() && !mountPoints.contains(path)) {
        draft.refuse(
            RefusalKind.NO_PLACE,
            "the container has %s on a tmpfs at %s, where the device has none"
                .formatted(folder, point));
        return;
      }
    }
    draft.report(
        NAME, point, archive.fileName(), "none", "the source's runtime made it, and it is empty");
  }
}
