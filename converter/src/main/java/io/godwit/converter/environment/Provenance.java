package io.godwit.converter.environment;

import io.godwit.criu.ImageKind;

/** Which side an image comes from: what the process has, or where it is put. */
enum Provenance {
  /** The source's, as a process's own state. */
  SOURCE,
  /** The source's content under the id that its namespace has in the template. */
  SOURCE_IN_NAMESPACE,
  /** The template's, as the device's own environment. */
  TEMPLATE,
  /** Contents of tmpfs mounts, matched by mount point. */
  TMPFS,
  /** In neither: no restore reads it. */
  NEITHER;

  /**
   * The table of the design. Exhaustive on purpose: a kind that the codec learns must be placed
   * here.
   */
  static Provenance of(ImageKind kind) {
    return switch (kind) {
      case PSTREE, CORE, IDS, MM, VMAS, CREDS, FS, FDINFO -> SOURCE;
      case PAGEMAP, PAGEMAP_SHMEM, PAGES, PAGES_SHMEM -> SOURCE;
      case SIGACT, ITIMERS, POSIX_TIMERS, RLIMIT, SIGNAL, PSIGNAL -> SOURCE;
      case FILES, REG_FILES, EXT_FILES, NS_FILES -> SOURCE;
      case EVENTFD, EVENTPOLL, EVENTPOLL_TFD, SIGNALFD, TIMERFD -> SOURCE;
      case INOTIFY, INOTIFY_WD, FANOTIFY, FANOTIFY_MARK -> SOURCE;
      case PIPES, PIPES_DATA, FIFO, FIFO_DATA -> SOURCE;
      case UNIXSK, INETSK, PACKETSK, NETLINKSK, SK_QUEUES, TCP_STREAM -> SOURCE;
      case TTY, TTY_INFO, TTY_DATA, TUNFILE, MEMFD, PIDFD, BPFMAP_FILE, BPFMAP_DATA -> SOURCE;
      case FILELOCKS, REMAP_FPATH, GHOST_FILE -> SOURCE;

      case UTSNS, TIMENS, IPCNS_SHM, IPCNS_MSG, IPCNS_SEM -> SOURCE_IN_NAMESPACE;

      case INVENTORY, MOUNTPOINTS, CGROUP, SECCOMP, APPARMOR -> TEMPLATE;
      case PIDNS, USERNS, IPCNS_VAR, CPUINFO, AUTOFS, BINFMT_MISC, BINFMT_MISC_OLD -> TEMPLATE;
      case NETNS, NETDEV, IFADDR, ROUTE, ROUTE6, RULE -> TEMPLATE;
      case IPTABLES, IP6TABLES, NFTABLES, NETNS_CT, NETNS_EXP -> TEMPLATE;

      case TMPFS, TMPFS_DEV -> TMPFS;

      case STATS_DUMP, STATS_RESTORE, IRMAP_CACHE -> NEITHER;
    };
  }
}
