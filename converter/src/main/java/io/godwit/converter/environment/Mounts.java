package io.godwit.converter.environment;

import io.godwit.converter.environment.MountTable.Mount;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.FileShape;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Binds what refers to mounts by mount point: open and mapped files, working and root folders (all
 * in files.img), and what inotify and fanotify watch. The mount table itself is the template's.
 */
public final class Mounts implements Step {
  private static final String NAME = "mounts";

  private static final int WATCHES = 5;
  private static final int WATCH_DEVICE = 5;
  private static final int WATCH_HANDLE = 7;
  private static final int MARKS = 6;
  private static final int MARK_DEVICE = 6;
  private static final int MARK_INODE = 7;
  private static final int MARK_INODE_HANDLE = 2;
  private static final int MARK_MOUNT = 8;
  private static final int MARK_MOUNT_ID = 1;
  private static final int HANDLE_PATH = 4;
  private static final int HANDLE_MOUNT_ID = 5;

  @Override
  public void apply(Draft draft) throws IOException {
    MountTable source = MountTable.of(draft.source());
    MountTable template = MountTable.of(draft.template()).withoutInit();
    refuseOwnMounts(draft, source, template);
    Binding binding = new Binding(draft, source, template);
    draft.change(ImageName.of(ImageKind.FILES), files -> files.map(binding::bind));
    binding.used.forEach((from, to) ->
        draft.report(
            NAME,
            "mount " + to.point(),
            Long.toString(from.id()),
            Long.toString(to.id()),
            "files refer to the device's mount at the same place"));
  }

  /**
   * Mounts that the program made in its container would be lost, whether a file is open on them or
   * not. What only the source's runtime makes (masked paths, cgroup v1) lies under /proc and /sys.
   */
  private static void refuseOwnMounts(Draft draft, MountTable source, MountTable template) {
    for (Mount mount : source.all()) {
      String point = mount.point();
      if (template.at(point).isEmpty() && !InitProgram.isOne(mount)) {
        if (point.startsWith("/proc/") || point.startsWith("/sys/")) {
          draft.report(
              NAME, "mount " + point, "there", "none", "only the source's runtime makes it");
        } else {
          draft.refuse(
              RefusalKind.NO_PLACE,
              "the container has a mount at " + point + ", where the device has none");
        }
      }
    }
  }

  private static final class Binding {
    private final Draft draft;
    private final MountTable source;
    private final MountTable template;
    private final Map<Mount, Mount> used = new LinkedHashMap<>();

    Binding(Draft draft, MountTable source, MountTable template) {
      this.draft = draft;
      this.source = source;
      this.template = template;
    }

    Message bind(Message entry) {
      Message bound = entry;
      for (FileShape shape : FileShape.of(entry).stream().toList()) {
        String what = shape.describe(entry);
        for (int field : shape.mount().stream().toList()) {
          bound = shape.change(bound, file -> mountId(what, file, field));
        }
        if (shape == FileShape.INOTIFY) {
          bound = shape.change(bound, file -> each(file, WATCHES, watch -> watch(what, watch)));
        }
        if (shape == FileShape.FANOTIFY) {
          bound = shape.change(bound, file -> each(file, MARKS, mark -> mark(what, mark)));
        }
      }
      return bound;
    }

    /** A mount number that is folded as sint32; −1 stands for none. */
    private Message mountId(String what, Message file, int field) {
      OptionalLong id = file.zigzag(field);
      if (id.isEmpty() || id.getAsLong() < 0) {
        return file;
      }
      return place(what, source.byId(id.getAsLong()))
          .map(mount -> file.withZigzag(field, mount.id()))
          .orElse(file);
    }

    private Message watch(String what, Message watch) {
      Message handle = watch.requireMessage(WATCH_HANDLE);
      Optional<Mount> from = watched(what, watch.requireVarint(WATCH_DEVICE), handle);
      return place(what, from)
          .map(mount ->
              watch
                  .withVarint(WATCH_DEVICE, mount.device())
                  .withMessage(WATCH_HANDLE, onMount(handle, mount)))
          .orElse(watch);
    }

    /**
     * The mount that a watched file is on. A handle and an inode number mean nothing on another
     * machine; CRIU goes by the path where the image has one.
     */
    private Optional<Mount> watched(String what, long device, Message handle) {
      Optional<String> path = handle.string(HANDLE_PATH);
      if (path.isEmpty()) {
        draft.refuse(
            RefusalKind.INOTIFY_DELETED, what + " watches a file that has no name any more");
      }
      return path.isEmpty() ? source.wholeByDevice(device) : source.above(path.get());
    }

    private static Message onMount(Message handle, Mount mount) {
      return handle.has(HANDLE_MOUNT_ID) ? handle.withVarint(HANDLE_MOUNT_ID, mount.id()) : handle;
    }

    private Message mark(String what, Message mark) {
      Message bound = mark;
      Optional<Message> inode = mark.message(MARK_INODE);
      if (inode.isPresent()) {
        Message handle = inode.get().requireMessage(MARK_INODE_HANDLE);
        Optional<Mount> to = place(what, watched(what, mark.requireVarint(MARK_DEVICE), handle));
        if (to.isPresent()) {
          Message there = inode.get().withMessage(MARK_INODE_HANDLE, onMount(handle, to.get()));
          bound = bound.withVarint(MARK_DEVICE, to.get().device()).withMessage(MARK_INODE, there);
        }
      }
      Optional<Message> mount = bound.message(MARK_MOUNT);
      if (mount.isPresent()) {
        Optional<Mount> from = source.byId(mount.get().requireVarint(MARK_MOUNT_ID));
        Optional<Mount> to = place(what, from);
        if (to.isPresent()) {
          bound =
              bound
                  .withVarint(MARK_DEVICE, to.get().device())
                  .withMessage(MARK_MOUNT, mount.get().withVarint(MARK_MOUNT_ID, to.get().id()));
        }
      }
      return bound;
    }

    private Optional<Mount> place(String what, Optional<Mount> from) {
      if (from.isEmpty()) {
        draft.refuse(
            RefusalKind.NO_PLACE,
            what + " is on a mount that the checkpoint's mount table does not have");
        return Optional.empty();
      }
      // The init program lies in the container's layer on the device.
      String point = InitProgram.isOne(from.get()) ? "/" : from.get().point();
      Optional<Mount> to = template.at(point);
      if (to.isEmpty()) {
        draft.refuse(
            RefusalKind.NO_PLACE,
            what + " is on a mount at " + point + ", where the device has none");
      } else if (from.get().isKernels() && from.get().fileSystem() != to.get().fileSystem()) {
        draft.refuse(
            RefusalKind.NO_PLACE,
            "%s is on the mount at %s, where the device has a file system of another type"
                .formatted(what, point));
      } else {
        used.put(from.get(), to.get());
      }
      return to;
    }

    private static Message each(
        Message file, int field, java.util.function.UnaryOperator<Message> change) {
      List<Message> changed = file.messages(field).stream().map(change).toList();
      return file.withMessages(field, changed);
    }
  }
}
