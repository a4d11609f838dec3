package io.godwit.checkpointer.pages;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Knows who connects to a page receiver: anybody on the machine can. */
@FunctionalInterface
public interface Callers {
  /**
   * The other end of a connection, as the process has it that holds it.
   *
   * @param pid in this process's PID namespace
   * @param descriptor number
   */
  record Caller(long pid, int descriptor) {}

  /**
   * Who calls, if it is the dump that the receiver is there for.
   *
   * @param caller the other end of the connection
   * @param here this end
   */
  Optional<Caller> dump(InetSocketAddress caller, InetSocketAddress here) throws IOException;
}
