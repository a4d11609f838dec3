package io.godwit.converter.rewrite;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.FileShape;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Step;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.VmaEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Rewrites the four open flags that have other bits on arm64: O_DIRECT 040000, O_LARGEFILE 0100000,
 * O_DIRECTORY 0200000 and O_NOFOLLOW 0400000 of x86_64 are 0200000, 0400000, 040000 and 0100000
 * there (kernel uapi asm-generic/fcntl.h and arm64's asm/fcntl.h). So bits 14 and 16 change places,
 * and bits 15 and 17, in either direction. Touches every open file (files.img) and mapped file
 * (mm-*.img).
 */
public final class OpenFileFlags implements Step {
  private static final String NAME = "open-file flags";

  private static final long BITS_14_15 = 3L << 14;
  private static final long BITS_16_17 = 3L << 16;

  private static final int FANOTIFY_EVENT_FLAGS = 5;

  @Override
  public void apply(Draft draft) throws IOException {
    draft.change(ImageName.of(ImageKind.FILES), files -> files.map(file -> openFile(draft, file)));
    for (Process process : draft.processes().values()) {
      List<Vma> vmas = new ArrayList<>();
      for (Vma vma : process.vmas()) {
        String what = "mapping %s of %s".formatted(vma.range(), process);
        vmas.add(new Vma(swap(draft, what, vma.message(), VmaEntry.FDFLAGS)));
      }
      process.vmas(vmas);
    }
  }

  private static Message openFile(Draft draft, Message entry) {
    Message changed = entry;
    for (FileShape shape : FileShape.of(entry).stream().toList()) {
      String what = shape.describe(entry);
      for (int field : shape.flags().stream().toList()) {
        changed = shape.change(changed, file -> swap(draft, what, file, field));
      }
      if (shape == FileShape.FANOTIFY) {
        changed = shape.change(changed, file -> swap(draft, what, file, FANOTIFY_EVENT_FLAGS));
      }
    }
    return changed;
  }

  private static Message swap(Draft draft, String what, Message message, int field) {
    OptionalLong flags = message.varint(field);
    if (flags.isEmpty() || swapped(flags.getAsLong()) == flags.getAsLong()) {
      return message;
    }
    long there = swapped(flags.getAsLong());
    draft.report(
        NAME,
        what,
        Hex.octal(flags.getAsLong()),
        Hex.octal(there),
        "O_DIRECT, O_LARGEFILE, O_DIRECTORY and O_NOFOLLOW have other bits on the other ISA");
    return message.withVarint(field, there);
  }

  /** The same flags in the other ISA's bits; its own inverse. */
  static long swapped(long flags) {
    return (flags & ~(BITS_14_15 | BITS_16_17))
        | ((flags & BITS_14_15) << 2)
        | ((flags & BITS_16_17) >>> 2);
  }
}
