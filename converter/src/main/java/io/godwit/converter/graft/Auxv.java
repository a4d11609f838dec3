package io.godwit.converter.graft;

import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.Message;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.PstreeEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * The auxiliary vector: what the kernel tells a program at its start, as pairs of a type and a
 * value (getauxval(3); types in uapi linux/auxvec.h).
 */
public final class Auxv {
  public static final long NULL = 0;
  public static final long PHDR = 3;
  public static final long PHENT = 4;
  public static final long PHNUM = 5;
  public static final long BASE = 7;
  public static final long FLAGS = 8;
  public static final long PAGESZ = 6;
  public static final long ENTRY = 9;
  public static final long UID = 11;
  public static final long EUID = 12;
  public static final long GID = 13;
  public static final long EGID = 14;
  public static final long PLATFORM = 15;
  public static final long SECURE = 23;
  public static final long BASE_PLATFORM = 24;
  public static final long RANDOM = 25;
  public static final long EXECFN = 31;
  public static final long SYSINFO_EHDR = 33;
  public static final long MINSIGSTKSZ = 51;

  /** What is said of the program and its user; all else is said of kernel and CPU. */
  public static final List<Long> OF_PROGRAM =
      List.of(PHDR, PHENT, PHNUM, BASE, FLAGS, ENTRY, UID, EUID, GID, EGID, SECURE, RANDOM, EXECFN);

  private final SequencedMap<Long, Long> values;

  private Auxv(SequencedMap<Long, Long> values) {
    this.values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }

  /** That of an mm image's message; ends where the end is marked. */
  public static Auxv of(Message mm) {
    List<Long> flat = mm.varints(MmEntry.MM_SAVED_AUXV);
    SequencedMap<Long, Long> values = new LinkedHashMap<>();
    for (int i = 0; i + 1 < flat.size() && flat.get(i) != NULL; i += 2) {
      values.put(flat.get(i), flat.get(i + 1));
    }
    return new Auxv(values);
  }

  /** That of the device's probe. */
  public static Auxv ofTemplate(ImageFolder template) throws IOException {
    return of(templateMm(template));
  }

  /** The address space of the device's probe. */
  public static Message templateMm(ImageFolder template) throws IOException {
    Message first = template.entries(ImageKind.PSTREE).messages().getFirst();
    return template.entries(ImageKind.MM, first.requireVarint(PstreeEntry.PID)).only();
  }

  public OptionalLong value(long type) {
    Long value = values.get(type);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  public Auxv with(long type, long value) {
    SequencedMap<Long, Long> changed = new LinkedHashMap<>(values);
    changed.put(type, value);
    return new Auxv(changed);
  }

  public Auxv without(long type) {
    SequencedMap<Long, Long> changed = new LinkedHashMap<>(values);
    changed.remove(type);
    return new Auxv(changed);
  }

  /** As an mm image has it, with the end marked. */
  public List<Long> flat() {
    List<Long> flat = new ArrayList<>();
    values.forEach((type, value) -> {
      flat.add(type);
      flat.add(value);
    });
    flat.add(NULL);
    flat.add(0L);
    return flat;
  }

  /** {@code 33:0xffff9684e000 51:0x1270 …}. */
  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + ":" + Hex.of(entry.getValue()))
        .collect(Collectors.joining(" "));
  }
}
