package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.docker.LinkedMounts;
import io.godwit.docker.UpperLayer;
import io.godwit.proc.MountInfo;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Mounts that a container's own programs, or somebody from outside, made in it: the device's Engine
 * makes only those that the container was started with.
 */
final class OwnMounts {
  /** Where the Engine mounts of itself, other things on other machines (runc, specconv). */
  private static final List<String> ENGINES = List.of("/proc", "/sys", "/dev");

  private static final List<String> ALWAYS =
      List.of("/", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts", LinkedMounts.INIT);

  private final ProcFs proc;

  OwnMounts(ProcFs proc) {
    this.proc = proc;
  }

  /**
   * Adds a reason for each.
   *
   * @param first the container's first process
   */
  void check(Container container, HostProcess first, List<Refusal> refusals) throws IOException {
    List<String> points =
        proc.mounts(first).stream()
            .map(MountInfo::point)
            .filter(point -> ENGINES.stream().noneMatch(top -> isWithin(point, top)))
            .toList();
    TreeSet<String> own = new TreeSet<>(points);
    UpperLayer layer = UpperLayer.of(container);
    for (String asked : asked(container)) {
      own.remove(layer.withoutLinks(asked));
    }
    for (String point : own) {
      refusals.add(
          new Refusal(
              RefusalKind.OWN_MOUNT,
              container.name(),
              "Container %s has a mount at %s that it was not started with, and that it would not have on the device."
                  .formatted(container.name(), point),
              "Unmount it, or give it to the container by --mount."));
    }
  }

  private static List<String> asked(Container container) {
    List<String> asked = new ArrayList<>(ALWAYS);
    asked.addAll(container.mountPoints());
    return asked;
  }

  private static boolean isWithin(String point, String top) {
    return point.equals(top) || point.startsWith(top + "/");
  }
}
