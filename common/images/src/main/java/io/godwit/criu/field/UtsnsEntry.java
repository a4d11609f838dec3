package io.godwit.criu.field;

/** The names of a UTS namespace (utsns.proto). */
public final class UtsnsEntry {
  public static final int NODENAME = 1;

  public static final int DOMAINNAME = 2;

  private UtsnsEntry() {}
}
