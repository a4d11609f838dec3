package io.godwit.converter.environment;

import io.godwit.converter.environment.MountTable.Mount;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Step;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.field.MntEntry;
import java.io.IOException;
import java.util.Optional;

/**
 * Takes the Engine's own process 1 ({@code docker run --init}) along. The Engine mounts its program
 * over {@code /sbin/docker-init}, and the program of the device is another build, while process 1
 * goes on in the source's. So that mount is taken out of the mount table, and the source's program
 * must lie in the container's layer at the same path, where process 1 then has it from. CRIU also
 * cannot restore the mount where the Engine's program is a symbolic link, as it is on Debian: it
 * mounts the link.
 */
public final class InitProgram implements Step {
  private static final String NAME = "init program";

  /** The last part of the path that the Engine mounts it at (moby, daemon/oci_linux.go). */
  private static final String FILE = "/docker-init";

  @Override
  public void apply(Draft draft) throws IOException {
    ImageName table =
        ImageName.of(ImageKind.MOUNTPOINTS, Namespaces.mountNamespace(draft.template()));
    Optional<Mount> mount =
        MountTable.of(draft.template()).all().stream().filter(InitProgram::isOne).findFirst();
    if (mount.isPresent()) {
      draft.change(table, mounts -> without(mounts, mount.get()));
      draft.report(
          NAME,
          mount.get().point(),
          "a mount of the Engine's program",
          "the source's program in the container's layer",
          "process 1 goes on in the source's build of it");
    }
  }

  /** Whether a mount is that of the Engine's program. */
  static boolean isOne(Mount mount) {
    return mount.point().endsWith(FILE) && mount.external();
  }

  private static EntryImage without(EntryImage mounts, Mount init) {
    return mounts.withMessages(
        mounts.messages().stream()
            .filter(entry -> entry.requireVarint(MntEntry.MNT_ID) != init.id())
            .toList());
  }
}
