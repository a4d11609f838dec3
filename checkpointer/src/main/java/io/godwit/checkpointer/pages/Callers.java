package io.godwit.checkpointer.pages;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Knows who connects to a page receiver: anybody on the machine can. */
@FunctionalInterface
public interface Callers {
  /**
   * Whether it is the dump that the receiver is there for.
   *
   * @param caller the other end of the connection
   * @param here this end
   */
  boolean isTheDump(InetSocketAddress caller, InetSocketAddress here) throws IOException;
}
