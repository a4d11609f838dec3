package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.FileShape;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.InventoryEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.TaskKobjIdsEntry;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Binds namespaces by role: CRIU numbers them as it meets them, so the same number means the mounts
 * of one checkpoint and the cgroups of another. Touches ids-*.img, the ids in core-*.img, and the
 * files that name a namespace: sockets and open files of /proc/*&#47;ns.
 */
public final class Namespaces implements Step {
  private static final String NAME = "namespaces";
  private static final int NS_FILE_NS_ID = 2;
  private static final int NS_FILE_CLONE_FLAG = 3;

  @Override
  public void apply(Draft draft) throws IOException {
    Message from = rootIds(draft.source());
    Message to = rootIds(draft.template());
    Map<NamespaceRole, Map<Long, Long>> numbers = new EnumMap<>(NamespaceRole.class);
    Message fromHost = hostIds(draft.source());
    Message toHost = hostIds(draft.template());
    for (NamespaceRole role : NamespaceRole.values()) {
      Map<Long, Long> byRole = new HashMap<>();
      pair(role, fromHost, toHost, byRole);
      // Last, so that it wins where the container shares the host's namespace.
      pair(role, from, to, byRole);
      numbers.put(role, byRole);
      report(draft, role, from, to);
    }
    for (ImageName image : draft.images(ImageKind.IDS)) {
      draft.change(
          image,
          ids -> ids.withOnly(bind(draft, "process " + image.id(), numbers, to, ids.only())));
    }
    for (ImageName image : draft.images(ImageKind.CORE)) {
      Message core = draft.image(image).only();
      if (core.has(CoreEntry.IDS)) {
        Message ids =
            bind(draft, image.toString(), numbers, to, core.requireMessage(CoreEntry.IDS));
        draft.change(image, i -> i.withOnly(core.withMessage(CoreEntry.IDS, ids)));
      }
    }
    draft.change(
        ImageName.of(ImageKind.FILES), files -> files.map(file -> bindFile(draft, numbers, file)));
  }

  private static Message bind(
      Draft draft,
      String subject,
      Map<NamespaceRole, Map<Long, Long>> numbers,
      Message template,
      Message ids) {
    Message bound = ids;
    for (NamespaceRole role : NamespaceRole.values()) {
      OptionalLong number = ids.varint(role.field());
      OptionalLong place = template.varint(role.field());
      if (number.isPresent() && place.isPresent()) {
        Long there = numbers.getOrDefault(role, Map.of()).get(number.getAsLong());
        if (there == null) {
          draft.refuse(
              RefusalKind.NO_PLACE,
              "%s is in a namespace of its own (%s), for which the device's container has no place"
                  .formatted(subject, role.description()));
        } else {
          bound = bound.withVarint(role.field(), there);
        }
      } else if (place.isPresent()) {
        bound = bound.withVarint(role.field(), place.getAsLong());
      } else {
        bound = bound.without(role.field());
      }
    }
    return bound;
  }

  private static Message bindFile(
      Draft draft, Map<NamespaceRole, Map<Long, Long>> numbers, Message entry) {
    Message file = entry;
    for (FileShape shape : FileShape.of(entry).stream().toList()) {
      if (shape == FileShape.NAMESPACE) {
        Message ns = entry.requireMessage(FileEntry.NSF);
        for (NamespaceRole role : NamespaceRole.values()) {
          if (ns.requireVarint(NS_FILE_CLONE_FLAG) == role.cloneFlag()) {
            file = rebind(draft, numbers, role, shape, file, NS_FILE_NS_ID);
          }
        }
      }
      for (int field : shape.namespace().stream().toList()) {
        file = rebind(draft, numbers, NamespaceRole.NET, shape, file, field);
      }
    }
    return file;
  }

  private static Message rebind(
      Draft draft,
      Map<NamespaceRole, Map<Long, Long>> numbers,
      NamespaceRole role,
      FileShape shape,
      Message entry,
      int field) {
    OptionalLong number = entry.requireMessage(shape.entryField()).varint(field);
    // 0 stands for none.
    if (number.isEmpty() || number.getAsLong() == 0) {
      return entry;
    }
    Long there = numbers.getOrDefault(role, Map.of()).get(number.getAsLong());
    if (there == null) {
      draft.refuse(
          RefusalKind.NO_PLACE,
          "%s belongs to a namespace (%s) for which the device's container has no place"
              .formatted(shape.describe(entry), role.description()));
      return entry;
    }
    return shape.change(entry, file -> file.withVarint(field, there));
  }

  private static void pair(
      NamespaceRole role, Message source, Message template, Map<Long, Long> numbers) {
    OptionalLong from = source.varint(role.field());
    OptionalLong to = template.varint(role.field());
    if (from.isPresent() && to.isPresent()) {
      numbers.put(from.getAsLong(), to.getAsLong());
    }
  }

  private static void report(Draft draft, NamespaceRole role, Message from, Message to) {
    String before = text(from.varint(role.field()));
    String after = text(to.varint(role.field()));
    if (!before.equals(after)) {
      draft.report(
          NAME,
          "namespace of " + role.description(),
          before,
          after,
          "namespaces are bound by role; the numbers are CRIU's own");
    }
  }

  private static String text(OptionalLong number) {
    return number.isPresent() ? Long.toString(number.getAsLong()) : "none";
  }

  /** The namespaces of the first process, which are the container's. */
  static Message rootIds(ImageFolder folder) throws IOException {
    Message first = folder.entries(ImageKind.PSTREE).messages().getFirst();
    long pid = first.requireVarint(PstreeEntry.PID);
    return folder.find(ImageName.of(ImageKind.IDS, pid)).isPresent()
        ? folder.entries(ImageKind.IDS, pid).only()
        : folder.entries(ImageKind.CORE, pid).only().requireMessage(CoreEntry.IDS);
  }

  private static Message hostIds(ImageFolder folder) throws IOException {
    return folder
        .entries(ImageKind.INVENTORY)
        .only()
        .message(InventoryEntry.ROOT_IDS)
        .orElse(Message.empty());
  }

  /** The number of the container's mount namespace, in the name of its mountpoints image. */
  static long mountNamespace(ImageFolder folder) throws IOException {
    return rootIds(folder).requireVarint(TaskKobjIdsEntry.MNT_NS_ID);
  }
}
