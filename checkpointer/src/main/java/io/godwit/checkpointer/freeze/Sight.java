package io.godwit.checkpointer.freeze;

import io.godwit.docker.Container;

/**
 * What really is of a container, by its id and the identity of its first process ({@link
 * io.godwit.checkpointer.source.ProcessIdentity}): the Engine's word alone is none.
 */
public sealed interface Sight {
  /**
   * It runs, and the Engine and the kernel's freezer both say so.
   *
   * @param identity of its first process
   */
  record Runs(Container container, String identity) implements Sight {}

  /**
   * It stands still, or at least one of Engine and freezer says so, or it is stopped, as it is when
   * somebody else let it go on after its dump. Thawing sets all of that right.
   *
   * @param identity of its first process
   */
  record Frozen(Container container, String identity) implements Sight {}

  /** Its first process lives, running or frozen, and is another than the one that was asked for. */
  record Stranger(Container container) implements Sight {}

  /** It is there, and has no process any more. */
  record Ended(Container container) implements Sight {}

  /** The Engine has no container of this id. */
  record Removed() implements Sight {}
}
