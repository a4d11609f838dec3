package io.godwit.messaging;

/**
 * The topics of the design; a prefix (default {@code godwit.}) goes before each name. What goes to
 * a device goes to topics of its own, because Kafka gives rights on topics and not on keys: {@link
 * TopicNames}.
 */
public enum Topic {
  /** Key: source host. Value: Request. */
  REQUESTS("requests"),
  /** Key: batch. Value: BatchRecord. Kept for 30 days: a batch is what its records say. */
  BATCHES("batches"),
  /** Key: "host/" and the host, "cordon/" and the machine. Value: HostRecord. Compacted. */
  HOSTS("hosts"),
  /** One a device. Key: target device. Value: Preparation. */
  PREPARATIONS("preparations", true),
  /** One a device. Key: target device. Value: PagesAhead. */
  PAGES("pages", true),
  /** Key: source host. Value: Rehearsal. */
  REHEARSALS("rehearsals"),
  /** Key: migration. Value: Checkpoint. */
  CHECKPOINTS("checkpoints"),
  /** One a device. Key: target device. Value: Conversion. */
  CONVERSIONS("conversions", true),
  /** Key: migration. Value: Decision. Kept for 30 days: the log decides. */
  DECISIONS("decisions"),
  /** Key: migration. Value: Event. */
  EVENTS("events"),
  /** Key: device. Value: DeviceProfile. Compacted. */
  DEVICES("devices"),
  /** Key, value and headers: as they came; further headers say why the record is here. */
  DEAD_LETTERS("dead-letters");

  private final String baseName;
  private final boolean perDevice;

  Topic(String baseName) {
    this(baseName, false);
  }

  Topic(String baseName, boolean perDevice) {
    this.baseName = baseName;
    this.perDevice = perDevice;
  }

  /** The name without the prefix, and without a device. */
  public String baseName() {
    return baseName;
  }

  /** Whether every device has one of its own; their keys are the device's name. */
  public boolean isPerDevice() {
    return perDevice;
  }
}
