package io.godwit.messaging;

/** The topics of the design; a prefix (default {@code godwit.}) goes before each name. */
public enum Topic {
  /** Key: source host. Value: Request. */
  REQUESTS("requests"),
  /** Key: batch. Value: BatchRecord. Kept for 30 days: a batch is what its records say. */
  BATCHES("batches"),
  /** Key: "host/" and the host, "cordon/" and the machine. Value: HostRecord. Compacted. */
  HOSTS("hosts"),
  /** Key: target device. Value: Preparation. */
  PREPARATIONS("preparations"),
  /** Key: target device. Value: PagesAhead. */
  PAGES("pages"),
  /** Key: source host. Value: Rehearsal. */
  REHEARSALS("rehearsals"),
  /** Key: migration. Value: Checkpoint. */
  CHECKPOINTS("checkpoints"),
  /** Key: target device. Value: Conversion. */
  CONVERSIONS("conversions"),
  /** Key: migration. Value: Decision. Kept for 30 days: the log decides. */
  DECISIONS("decisions"),
  /** Key: migration. Value: Event. */
  EVENTS("events"),
  /** Key: device. Value: DeviceProfile. Compacted. */
  DEVICES("devices"),
  /** Key, value and headers: as they came; further headers say why the record is here. */
  DEAD_LETTERS("dead-letters");

  private final String baseName;

  Topic(String baseName) {
    this.baseName = baseName;
  }

  /** The name without the prefix. */
  public String baseName() {
    return baseName;
  }
}
