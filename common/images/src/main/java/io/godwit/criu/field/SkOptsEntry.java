package io.godwit.criu.field;

/** Options of a socket (sk-opts.proto). */
public final class SkOptsEntry {
  public static final int SO_KEEPALIVE = 19;

  /** Since CRIU 4.0 in the TCP options. */
  public static final int TCP_KEEPCNT = 20;

  public static final int TCP_KEEPIDLE = 21;

  public static final int TCP_KEEPINTVL = 22;

  public static final int SO_BUF_LOCK = 25;

  private SkOptsEntry() {}
}
