package io.godwit.messaging;

import io.godwit.contract.DeviceProfile;
import java.util.List;
import java.util.Optional;

/** The {@code devices} topic as a table: the latest profile of every device. */
public interface DeviceDirectory extends AutoCloseable {
  /** The latest profile of a device; reads the topic up to its end at the time of the call. */
  Optional<DeviceProfile> find(String device);

  /** The latest profiles of all devices, by name. */
  List<DeviceProfile> all();

  @Override
  void close();
}
