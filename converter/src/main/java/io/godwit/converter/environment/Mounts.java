package io.godwit.converter.environment;

import io.godwit.converter.environment.MountTable.Mount;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.FileShape;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
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
  private static final int HANDLE_MOUNT_ID = 5;

  @Override
  public void apply(Draft draft) throws IOException {
    Binding binding =
        new Binding(draft, MountTable.of(draft.source()), MountTable.of(draft.template()));
    draft.change(ImageName.of(ImageKind.FILES), files -> files.map(binding::bind));
    binding.used.forEach((from, to) ->
        draft.report(
            NAME,
            "mount " + to.point(),
            Long.toString(from.id()),
            Long.toString(to.id()),
            "files refer to the device's mount at the same place"));
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
      Message bound = device(what, watch, WATCH_DEVICE);
      return bound.withMessage(WATCH_HANDLE, handle(what, bound.requireMessage(WATCH_HANDLE)));
    }

    private Message mark(String what, Message mark) {
      Message bound = device(what, mark, MARK_DEVICE);
      Optional<Message> inode = bound.message(MARK_INODE);
      if (inode.isPresent()) {
        Message handle = handle(what, inode.get().requireMessage(MARK_INODE_HANDLE));
        bound = bound.withMessage(MARK_INODE, inode.get().withMessage(MARK_INODE_HANDLE, handle));
      }
      Optional<Message> mount = bound.message(MARK_MOUNT);
      if (mount.isPresent()) {
        bound = bound.withMessage(MARK_MOUNT, plainMountId(what, mount.get(), MARK_MOUNT_ID));
      }
      return bound;
    }

    private Message handle(String what, Message handle) {
      return plainMountId(what, handle, HANDLE_MOUNT_ID);
    }

    private Message plainMountId(String what, Message message, int field) {
      OptionalLong id = message.varint(field);
      if (id.isEmpty()) {
        return message;
      }
      return place(what, source.byId(id.getAsLong()))
          .map(mount -> message.withVarint(field, mount.id()))
          .orElse(message);
    }

    private Message device(String what, Message message, int field) {
      Optional<Mount> from = source.wholeByDevice(message.requireVarint(field));
      return place(what, from)
          .map(mount -> message.withVarint(field, mount.device()))
          .orElse(message);
    }

    private Optional<Mount> place(String what, Optional<Mount> from) {
      if (from.isEmpty()) {
        draft.refuse(what + " is on a mount that the checkpoint's mount table does not have");
        return Optional.empty();
      }
      Optional<Mount> to = template.at(from.get().point());
      if (to.isEmpty()) {
        draft.refuse(
            what + " is on a mount at " + from.get().point() + ", where the device has none");
      } else if (from.get().isKernels() && from.get().fileSystem() != to.get().fileSystem()) {
        draft.refuse(
            "%s is on the mount at %s, where the device has a file system of another type"
                .formatted(what, from.get().point()));
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
