package io.godwit.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.contract.DeviceProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The compacted topic {@code devices} as a table. A record without a value removes its device. */
final class KafkaDeviceDirectory implements DeviceDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaDeviceDirectory.class);

  /** The latest profile of each device; read and written under the tail's lock. */
  static final class Profiles implements TopicTail.Sink {
    private final Map<String, DeviceProfile> byName = new TreeMap<>();

    @Override
    public void take(ConsumerRecord<byte[], byte[]> record) {
      String device = Bytes.text(record.key());
      byte[] value = Bytes.orEmpty(record.value());
      if (value.length == 0) {
        byName.remove(device);
        return;
      }
      try {
        byName.put(device, DeviceProfile.parseFrom(value));
      } catch (InvalidProtocolBufferException e) {
        LOG.warn("the profile of the device {} is none: {}", device, e.getMessage());
      }
    }

    @Override
    public void clear() {
      byName.clear();
    }
  }

  private final Profiles profiles;
  private final TopicTail tail;

  KafkaDeviceDirectory(Profiles profiles, TopicTail tail) {
    this.profiles = profiles;
    this.tail = tail;
  }

  @Override
  public Optional<DeviceProfile> find(String device) {
    return tail.caughtUp(() -> Optional.ofNullable(profiles.byName.get(device)));
  }

  @Override
  public List<DeviceProfile> all() {
    return tail.caughtUp(() -> List.copyOf(profiles.byName.values()));
  }

  @Override
  public void close() {
    tail.close();
  }
}
