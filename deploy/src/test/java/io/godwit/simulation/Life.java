package io.godwit.simulation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program from a start to its end: what may be moved, and must be neither lost nor doubled. Knows
 * every copy of it on any machine.
 */
final class Life {
  final Program program;

  /** What tells it from another start of the same program; never 0. */
  final long identity;

  final List<Copy> copies = new ArrayList<>();

  /** Complete dumps, the first of number 1. */
  final List<Dump> dumps = new ArrayList<>();

  /** The checkpoints that were published. */
  final List<Stored> stored = new ArrayList<>();

  boolean ended;

  /** Why nobody can be blamed where it does not run. */
  String excuse = "";

  /** A program of a container. */
  record Program(String name, boolean restorable, long lifetimeMs, String restartPolicy) {}

  /** A complete dump of a copy. */
  static final class Dump {
    /** The images, and what is needed beside. */
    final List<Path> files;

    /** Whether what was dumped has run on since. */
    boolean stale;

    /** Whether the power was cut since: nobody knows what is in the files. */
    boolean unsure;

    Dump(List<Path> files) {
      this.files = files;
    }
  }

  /**
   * A dump in the store.
   *
   * @param blobs digests of all that its memory and images are made of
   */
  record Stored(Dump dump, List<String> blobs) {}

  /** One copy of it, with memory of its own. */
  static final class Copy {
    final Life life;
    final Machine machine;
    final Docker.Box box;
    State state = State.RUNNING;
    boolean ended;
    long leftMs;
    long sinceMs;
    long frozenSinceMs;
    final List<Dump> dumps = new ArrayList<>();
    int run;

    /** Whether it can do anything. */
    enum State {
      RUNNING,
      FROZEN,
      GONE
    }

    Copy(Life life, Machine machine, Docker.Box box, long leftMs) {
      this.life = life;
      this.machine = machine;
      this.box = box;
      this.leftMs = leftMs;
      life.copies.add(this);
    }

    @Override
    public String toString() {
      return "%s on %s".formatted(life, machine.name());
    }
  }

  Life(Program program, long identity) {
    this.program = program;
    this.identity = identity;
  }

  boolean runs() {
    return copies.stream().anyMatch(copy -> copy.state == Copy.State.RUNNING);
  }

  /** Whether it runs, or has come to its end, on another machine than this. */
  boolean isOrEndedElsewhere(Machine machine) {
    return copies.stream()
        .filter(copy -> !copy.machine.equals(machine))
        .anyMatch(copy -> copy.state != Copy.State.GONE || copy.ended);
  }

  boolean isThere() {
    return copies.stream().anyMatch(copy -> copy.state != Copy.State.GONE);
  }

  boolean isLost(Store store) {
    return !ended && !isThere() && !hasDump(store);
  }

  /** Whether it could be restored, from a disk or the store, as it was last. */
  boolean hasDump(Store store) {
    return dumps.stream().anyMatch(Life::isOnDisk)
        || stored.stream().anyMatch(s -> !s.dump.stale && store.hasAll(s.blobs));
  }

  private static boolean isOnDisk(Dump dump) {
    return !dump.stale && !dump.unsure && dump.files.stream().allMatch(Life::isWhole);
  }

  private static boolean isWhole(Path file) {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  void excuse(String why) {
    if (excuse.isEmpty()) {
      excuse = why;
    }
  }

  @Override
  public String toString() {
    return "%s (life %d)".formatted(program.name(), identity);
  }
}
