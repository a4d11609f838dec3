package io.godwit.docker;

import io.godwit.contract.TcpConnections;

/** What becomes of a container's established TCP connections. */
public enum Tcp {
  /** They come out closed: their peers see the end and connect again. */
  CLOSE,
  /** They go along with their state. */
  KEEP;

  /** What a request asks; where that is of a later version, and not known here, they close. */
  public static Tcp of(TcpConnections asked) {
    return switch (asked) {
      case CLOSE, UNRECOGNIZED -> CLOSE;
      case KEEP -> KEEP;
    };
  }
}
