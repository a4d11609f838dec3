package io.godwit.e2e;

import java.util.List;

/**
 * From one machine to another, or to the same under another name.
 *
 * @param suffix what a container's name there has more than here; empty where it keeps its name
 */
record Road(Machine from, Machine to, String suffix, Migrate migrate) {
  /** {@code godwit migrate}, with the machines filled in. */
  @FunctionalInterface
  interface Migrate {
    Shell.Result move(String container, List<String> options);
  }

  String nameThere(String container) {
    return container + suffix;
  }
}
