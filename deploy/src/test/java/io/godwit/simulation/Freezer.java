package io.godwit.simulation;

import io.godwit.service.DurableFiles;
import io.godwit.simulation.Life.Copy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A container's cgroup in the kernel's freezer (v1): what stands in its file is so. */
record Freezer(Path folder) {
  static final String FILE = "freezer.state";
  private static final String FROZEN = "FROZEN";
  private static final String THAWED = "THAWED";

  void make() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    set(false);
  }

  void remove() {
    try {
      DurableFiles.deleteFolder(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void set(boolean frozen) {
    try {
      Files.writeString(folder.resolve(FILE), frozen ? FROZEN : THAWED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isFrozen() {
    try {
      return Files.exists(folder.resolve(FILE))
          && Files.readString(folder.resolve(FILE)).strip().equals(FROZEN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file was written: the processes do as it says. */
  void obey(World world, Optional<Copy> copy) {
    if (copy.isPresent()) {
      if (isFrozen()) {
        world.population().standsStill(copy.get());
      } else {
        world.population().goesOn(copy.get());
      }
    }
  }
}
