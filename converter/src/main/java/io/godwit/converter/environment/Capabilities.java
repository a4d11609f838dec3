package io.godwit.converter.environment;

import io.godwit.criu.field.CredsEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A thread's sets of capabilities (capabilities(7)), as words of 32 bits, the low word first. */
enum Capabilities {
  INHERITABLE("inheritable capabilities", CredsEntry.CAP_INH),
  PERMITTED("permitted capabilities", CredsEntry.CAP_PRM),
  EFFECTIVE("effective capabilities", CredsEntry.CAP_EFF),
  BOUNDING("bounding capabilities", CredsEntry.CAP_BND),
  AMBIENT("ambient capabilities", CredsEntry.CAP_AMB);

  private final String description;
  private final int field;

  Capabilities(String description, int field) {
    this.description = description;
    this.field = field;
  }

  String description() {
    return description;
  }

  /** The field of creds_entry. */
  int field() {
    return field;
  }

  /** Those of a set that a bound allows. */
  static List<Long> within(List<Long> set, List<Long> bound) {
    List<Long> words = new ArrayList<>();
    for (int i = 0; i < set.size(); i++) {
      words.add(i < bound.size() ? set.get(i) & bound.get(i) : 0L);
    }
    return List.copyOf(words);
  }

  /** For reports: {@code 0x00000000a80425fb}, as /proc/PID/status has it. */
  static String hex(List<Long> words) {
    return "0x"
        + words.reversed().stream()
            .map(word -> String.format("%08x", word))
            .collect(Collectors.joining());
  }
}
