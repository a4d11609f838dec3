package io.godwit.criu;

/**
 * The kinds of images that CRIU 2 to 4.2 writes: how each is named and what follows its magic
 * (CRIU's image-desc.c and magic.h; the magics are towns' coordinates).
 */
public enum ImageKind {
  INVENTORY("inventory", Numbering.NONE, 0x58313116, Payload.NONE),
  PSTREE("pstree", Numbering.NONE, 0x50273030, Payload.NONE),
  CORE("core", Numbering.DECIMAL, 0x55053847, Payload.NONE),
  IDS("ids", Numbering.DECIMAL, 0x54432030, Payload.NONE),
  MM("mm", Numbering.DECIMAL, 0x57492820, Payload.NONE),
  VMAS("vmas", Numbering.DECIMAL, 0x54123737, Payload.NONE),
  CREDS("creds", Numbering.DECIMAL, 0x54023547, Payload.NONE),
  FS("fs", Numbering.DECIMAL, 0x51403912, Payload.NONE),
  FDINFO("fdinfo", Numbering.DECIMAL, 0x56213732, Payload.NONE),
  PAGEMAP("pagemap", Numbering.DECIMAL, 0x56084025, Payload.NONE),
  PAGEMAP_SHMEM("pagemap-shmem", Numbering.DECIMAL, 0x56084025, Payload.NONE),
  PAGES("pages", Numbering.DECIMAL),
  PAGES_SHMEM("pages-shmem", Numbering.DECIMAL),
  SIGACT("sigacts", Numbering.DECIMAL, 0x55344201, Payload.NONE),
  ITIMERS("itimers", Numbering.DECIMAL, 0x57464056, Payload.NONE),
  POSIX_TIMERS("posix-timers", Numbering.DECIMAL, 0x52603957, Payload.NONE),
  RLIMIT("rlimit", Numbering.DECIMAL, 0x57113925, Payload.NONE),
  SIGNAL("signal-s", Numbering.DECIMAL, 0x59255647, Payload.NONE),
  PSIGNAL("signal-p", Numbering.DECIMAL, 0x59255647, Payload.NONE),

  FILES("files", Numbering.NONE, 0x56303138, Payload.NONE),
  REG_FILES("reg-files", Numbering.NONE, 0x50363636, Payload.NONE),
  EXT_FILES("ext-files", Numbering.NONE, 0x59255641, Payload.NONE),
  NS_FILES("ns-files", Numbering.NONE, 0x61394011, Payload.NONE),
  EVENTFD("eventfd", Numbering.NONE, 0x44523722, Payload.NONE),
  EVENTPOLL("eventpoll", Numbering.NONE, 0x45023858, Payload.NONE),
  EVENTPOLL_TFD("eventpoll-tfd", Numbering.NONE, 0x44433746, Payload.NONE),
  SIGNALFD("signalfd", Numbering.NONE, 0x57323820, Payload.NONE),
  TIMERFD("timerfd", Numbering.NONE, 0x50493712, Payload.NONE),
  INOTIFY("inotify", Numbering.NONE, 0x48424431, Payload.NONE),
  INOTIFY_WD("inotify-wd", Numbering.NONE, 0x54562009, Payload.NONE),
  FANOTIFY("fanotify", Numbering.NONE, 0x55096122, Payload.NONE),
  FANOTIFY_MARK("fanotify-mark", Numbering.NONE, 0x56506035, Payload.NONE),
  PIPES("pipes", Numbering.NONE, 0x56513555, Payload.NONE),
  PIPES_DATA("pipes-data", Numbering.NONE, 0x56453709, Payload.PIPE_DATA),
  FIFO("fifo", Numbering.NONE, 0x58364939, Payload.NONE),
  FIFO_DATA("fifo-data", Numbering.NONE, 0x59333054, Payload.PIPE_DATA),
  UNIXSK("unixsk", Numbering.NONE, 0x54373943, Payload.NONE),
  INETSK("inetsk", Numbering.NONE, 0x56443851, Payload.NONE),
  PACKETSK("packetsk", Numbering.NONE, 0x60454618, Payload.NONE),
  NETLINKSK("netlinksk", Numbering.NONE, 0x58005614, Payload.NONE),
  SK_QUEUES("sk-queues", Numbering.NONE, 0x56264026, Payload.SOCKET_PACKET),
  TCP_STREAM("tcp-stream", Numbering.HEXADECIMAL, 0x51465506, Payload.TCP_STREAM),
  TTY("tty", Numbering.NONE, 0x59433025, Payload.NONE),
  TTY_INFO("tty-info", Numbering.NONE, 0x59453036, Payload.NONE),
  TTY_DATA("tty-data", Numbering.NONE, 0x59413026, Payload.NONE),
  TUNFILE("tunfile", Numbering.NONE, 0x57143751, Payload.NONE),
  MEMFD("memfd", Numbering.NONE, 0x48453499, Payload.NONE),
  PIDFD("pidfd", Numbering.NONE, 0x54435556, Payload.NONE),
  BPFMAP_FILE("bpfmap-file", Numbering.NONE, 0x57506142, Payload.NONE),
  BPFMAP_DATA("bpfmap-data", Numbering.NONE, 0x64324033, Payload.BPF_MAP),
  FILELOCKS("filelocks", Numbering.NONE, 0x54323616, Payload.NONE),
  REMAP_FPATH("remap-fpath", Numbering.NONE, 0x59133954, Payload.NONE),
  GHOST_FILE("ghost-file", Numbering.HEXADECIMAL, 0x52583605, Payload.GHOST_FILE),

  MOUNTPOINTS("mountpoints", Numbering.DECIMAL, 0x55563928, Payload.NONE),
  UTSNS("utsns", Numbering.DECIMAL, 0x54473203, Payload.NONE),
  TIMENS("timens", Numbering.DECIMAL, 0x43114433, Payload.NONE),
  PIDNS("pidns", Numbering.DECIMAL, 0x61157326, Payload.NONE),
  USERNS("userns", Numbering.DECIMAL, 0x55474906, Payload.NONE),
  IPCNS_VAR("ipcns-var", Numbering.DECIMAL, 0x53115007, Payload.NONE),
  IPCNS_SHM("ipcns-shm", Numbering.DECIMAL, 0x46283044, Payload.IPC_SHM),
  IPCNS_MSG("ipcns-msg", Numbering.DECIMAL, 0x55453737, Payload.IPC_MSG),
  IPCNS_SEM("ipcns-sem", Numbering.DECIMAL, 0x59573019, Payload.IPC_SEM),
  NETNS("netns", Numbering.DECIMAL, 0x55933752, Payload.NONE),
  NETDEV("netdev", Numbering.DECIMAL, 0x57373951, Payload.NONE),
  CGROUP("cgroup", Numbering.NONE, 0x59383330, Payload.NONE),
  SECCOMP("seccomp", Numbering.NONE, 0x64413049, Payload.NONE),
  APPARMOR("apparmor", Numbering.NONE, 0x59423047, Payload.NONE),
  CPUINFO("cpuinfo", Numbering.NONE, 0x61404013, Payload.NONE),
  AUTOFS("autofs", Numbering.DECIMAL, 0x49353943, Payload.NONE),
  BINFMT_MISC("binfmt-misc", Numbering.NONE, 0x67343323, Payload.NONE),
  BINFMT_MISC_OLD("binfmt-misc", Numbering.DECIMAL, 0x67343323, Payload.NONE),

  IFADDR("ifaddr", Numbering.DECIMAL),
  ROUTE("route", Numbering.DECIMAL),
  ROUTE6("route6", Numbering.DECIMAL),
  RULE("rule", Numbering.DECIMAL),
  IPTABLES("iptables", Numbering.DECIMAL),
  IP6TABLES("ip6tables", Numbering.DECIMAL),
  NFTABLES("nftables", Numbering.DECIMAL),
  NETNS_CT("netns-ct", Numbering.DECIMAL),
  NETNS_EXP("netns-exp", Numbering.DECIMAL),
  TMPFS("tmpfs", Numbering.DECIMAL, ".tar.gz.img", 0, Payload.RAW),
  TMPFS_DEV("tmpfs-dev", Numbering.DECIMAL, ".tar.gz.img", 0, Payload.RAW),

  STATS_DUMP("stats-dump", Numbering.NONE, "", 0x57093306, Payload.NONE),
  STATS_RESTORE("stats-restore", Numbering.NONE, "", 0x57093306, Payload.NONE),
  IRMAP_CACHE("irmap-cache", Numbering.NONE, "", 0x57004059, Payload.NONE);

  /** Heads every image but the inventory and the service files (IMG_COMMON_MAGIC). */
  static final int COMMON_MAGIC = 0x54564319;

  /** Heads the files that no restore needs, such as statistics (IMG_SERVICE_MAGIC). */
  static final int SERVICE_MAGIC = 0x55105940;

  /** What follows the name of the kind in a file's name. */
  enum Numbering {
    NONE,
    DECIMAL,
    HEXADECIMAL
  }

  private final String stem;
  private final Numbering numbering;
  private final String extension;
  private final int magic;
  private final Payload payload;

  ImageKind(String stem, Numbering numbering) {
    this(stem, numbering, 0, Payload.RAW);
  }

  ImageKind(String stem, Numbering numbering, int magic, Payload payload) {
    this(stem, numbering, ".img", magic, payload);
  }

  ImageKind(String stem, Numbering numbering, String extension, int magic, Payload payload) {
    this.stem = stem;
    this.numbering = numbering;
    this.extension = extension;
    this.magic = magic;
    this.payload = payload;
  }

  /** Whether each file of this kind carries an id (of a process, a namespace, a file). */
  public boolean numbered() {
    return numbering != Numbering.NONE;
  }

  /** Whether a file of this kind has no magic and no entries: pages, archives, dumps of tools. */
  public boolean raw() {
    return payload == Payload.RAW;
  }

  String stem() {
    return stem;
  }

  Numbering numbering() {
    return numbering;
  }

  String extension() {
    return extension;
  }

  int magic() {
    return magic;
  }

  Payload payload() {
    return payload;
  }

  /** The first magic of a file of this kind; the inventory has only its own. */
  int headMagic() {
    if (this == INVENTORY) {
      return magic;
    }
    return extension.isEmpty() ? SERVICE_MAGIC : COMMON_MAGIC;
  }
}
