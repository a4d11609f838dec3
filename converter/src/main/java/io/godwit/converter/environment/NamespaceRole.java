package io.godwit.converter.environment;

import io.godwit.criu.field.TaskKobjIdsEntry;

/** The namespaces of a task, by what they are for. */
enum NamespaceRole {
  PID("process ids", TaskKobjIdsEntry.PID_NS_ID, 0x2000_0000L),
  NET("network", TaskKobjIdsEntry.NET_NS_ID, 0x4000_0000L),
  IPC("System V IPC", TaskKobjIdsEntry.IPC_NS_ID, 0x0800_0000L),
  UTS("host name", TaskKobjIdsEntry.UTS_NS_ID, 0x0400_0000L),
  MNT("mounts", TaskKobjIdsEntry.MNT_NS_ID, 0x0002_0000L),
  USER("users", TaskKobjIdsEntry.USER_NS_ID, 0x1000_0000L),
  CGROUP("cgroups", TaskKobjIdsEntry.CGROUP_NS_ID, 0x0200_0000L),
  TIME("clocks", TaskKobjIdsEntry.TIME_NS_ID, 0x0000_0080L);

  private final String description;
  private final int field;
  private final long cloneFlag;

  NamespaceRole(String description, int field, long cloneFlag) {
    this.description = description;
    this.field = field;
    this.cloneFlag = cloneFlag;
  }

  /** For messages. */
  String description() {
    return description;
  }

  /** The field of task_kobj_ids_entry. */
  int field() {
    return field;
  }

  /** The CLONE_NEW bit (linux/sched.h) that an open namespace file is recorded with. */
  long cloneFlag() {
    return cloneFlag;
  }
}
