package io.godwit.e2e;

import java.util.List;

/**
 * One row of the table of settings (deploy/MOVES.md): something that a program holds or that a
 * container is started with, and how to tell that it is as it was after a move.
 *
 * @param name as in the page
 * @param holds Python that sets it up and returns a check (src/test/resources/stock/holds.py);
 *     empty where there is nothing to hold
 * @param asks shell commands whose output, asked by {@code docker exec}, is the same before and
 *     after
 * @param inspects what {@code docker inspect --format} says, the same before and after
 */
record Setting(String name, String holds, List<String> asks, List<String> inspects) {
  static Setting holds(String name, String python) {
    return new Setting(name, python, List.of(), List.of());
  }

  static Setting asks(String name, String... commands) {
    return new Setting(name, "", List.of(commands), List.of());
  }

  static Setting inspects(String name, String... formats) {
    return new Setting(name, "", List.of(), List.of(formats));
  }

  Setting andAsks(String... commands) {
    return new Setting(name, holds, List.of(commands), inspects);
  }

  Setting andInspects(String... formats) {
    return new Setting(name, holds, asks, List.of(formats));
  }
}
