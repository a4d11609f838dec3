package io.godwit.criu.field;

/** What the checkpoint is (inventory.proto). */
public final class InventoryEntry {
  /** 2 since CRIU 2. */
  public static final int IMG_VERSION = 1;

  public static final int FDINFO_PER_ID = 2;

  /** {@link TaskKobjIdsEntry} of CRIU itself when it dumped: the host's namespaces. */
  public static final int ROOT_IDS = 3;

  public static final int NS_PER_ID = 4;

  /** Id of the {@link CgSetEntry}. */
  public static final int ROOT_CG_SET = 5;

  /** 0 none, 1 SELinux, 2 AppArmor. */
  public static final int LSMTYPE = 6;

  /** Microseconds. */
  public static final int DUMP_UPTIME = 8;

  public static final int PRE_DUMP_MODE = 9;

  public static final int TCP_CLOSE = 10;

  /** 0 iptables, 1 nftables, 2 none; since CRIU 3.16. */
  public static final int NETWORK_LOCK_METHOD = 11;

  /** Since CRIU 4.1. */
  public static final int PLUGINS_ENTRY = 12;

  /** Since CRIU 4.1. */
  public static final int DUMP_CRIU_RUN_ID = 13;

  /** Since CRIU 4.2. */
  public static final int ALLOW_UPROBES = 14;

  private InventoryEntry() {}
}
