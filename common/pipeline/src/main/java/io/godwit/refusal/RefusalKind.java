package io.godwit.refusal;

import java.util.Arrays;
import java.util.Locale;

/**
 * What stands in the way. The word of each is for scripts, metrics and MOVES.md: it stays when the
 * sentences become better ones.
 */
public enum RefusalKind {
  // Of the request and the two machines.
  CONTAINER_UNKNOWN,
  CONTAINER_NOT_RUNNING,
  CONTAINER_IN_MIGRATION,
  DEADLINE,
  FREEZE_BUDGET,
  HOST_CRIU,
  HOST_ENGINE,
  DEVICE_UNKNOWN,
  DEVICE_SILENT,
  DEVICE_UNFIT,
  DEVICE_VERSION,
  DEVICE_ISA,
  DEVICE_CRIU,
  DEVICE_MEMORY,
  DEVICE_DISK,
  STORAGE_DRIVER,
  PAGE_SIZE,
  ADDRESS_BITS,
  CPU_FEATURES,
  CPU_STATE,

  // Of what the container was started with.
  AUTO_REMOVE,
  HOST_PID,
  HOST_IPC,
  LINK,
  SHARED_NAMESPACE,
  VOLUMES_FROM,
  MAC_ADDRESS,
  MOUNT_TYPE,
  VOLUME_ELSEWHERE,
  BIND_OF_MACHINE,
  BIND_LOST,
  SHARED_FILES,
  SHARED_MEMORY,

  // Of what its programs hold.
  OWN_NAMESPACE,
  OWN_MOUNT,
  OWN_NETWORK,
  ENGINE_FILES,
  TRACED,
  STOPPED,
  PROTECTION_KEYS,
  CAPABILITY,
  DESCRIPTOR,
  DEVICE_FILE,
  DOCKER_EXEC,
  MESSAGE_QUEUE,
  CPU_AFFINITY,
  TIMER_SLACK,
  UNIX_SOCKET_NAME,
  MULTICAST,
  INOTIFY_DELETED,
  TCP_ADDRESS,

  // Of programs that change their ISA.
  THREADS,
  TWIN,
  EXECUTABLE,
  MIGRATION_POINT,

  // Of the device, when it tries.
  DEVICE_POLICY,
  PORT,
  NAME,
  STAGING,
  NOT_AS_ASKED,
  REHEARSAL,

  // Of the checkpoint, when it is converted.
  NO_PLACE,
  SECCOMP,
  CPU_REGISTERS,
  ADDRESS_SPACE,
  SIGNALS,
  PAGES,
  CRIU_FORMAT,
  CHECKPOINT,

  /** A kind that this version does not know, or none was said. */
  OTHER;

  /** Lower case, with hyphens. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The kind with this word; {@link #OTHER} for words of other versions. */
  public static RefusalKind of(String word) {
    return Arrays.stream(values())
        .filter(kind -> kind.word().equals(word))
        .findFirst()
        .orElse(OTHER);
  }
}
