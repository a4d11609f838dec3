package io.godwit.batch.state;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.contract.Cordon;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.HostRecord;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The hosts, the devices and the cordons, as they last said. Not for several threads. */
public final class Fleet {
  private final Map<String, Host> hosts = new TreeMap<>();
  private final Map<String, Device> devices = new TreeMap<>();
  private final Map<String, Cordon> cordons = new TreeMap<>();

  /** Hears a record of the topic hosts. */
  public void hear(HostRecord record) {
    switch (record.getKindCase()) {
      case PROFILE -> hosts.put(record.getProfile().getHost(), Host.of(record.getProfile()));
      case CORDON -> {
        Cordon cordon = record.getCordon();
        if (cordon.getOn()) {
          cordons.put(cordon.getMachine(), cordon);
        } else {
          cordons.remove(cordon.getMachine());
        }
      }
      case KIND_NOT_SET -> {
        // Of a later version.
      }
    }
  }

  /** Hears a record of the topic devices. */
  public void hear(DeviceProfile profile) {
    devices.put(profile.getDevice(), Device.of(profile));
  }

  /**
   * Hears a record of the topic hosts as it came.
   *
   * @param value empty: the key's host or cordon is gone
   */
  public void hearHost(String key, byte[] value) throws InvalidProtocolBufferException {
    if (value.length > 0) {
      hear(HostRecord.parseFrom(value));
    } else if (key.startsWith(Keys.HOST)) {
      hosts.remove(key.substring(Keys.HOST.length()));
    } else if (key.startsWith(Keys.CORDON)) {
      cordons.remove(key.substring(Keys.CORDON.length()));
    }
  }

  /** The same of the topic devices. */
  public void hearDevice(String key, byte[] value) throws InvalidProtocolBufferException {
    if (value.length > 0) {
      hear(DeviceProfile.parseFrom(value));
    } else {
      devices.remove(key);
    }
  }

  /** By name. */
  public Collection<Host> hosts() {
    return hosts.values();
  }

  public Optional<Host> host(String name) {
    return Optional.ofNullable(hosts.get(name));
  }

  /** By name. */
  public Collection<Device> devices() {
    return devices.values();
  }

  public Optional<Device> device(String name) {
    return Optional.ofNullable(devices.get(name));
  }

  /** The cordon around a machine. */
  public Optional<Cordon> cordon(String machine) {
    return Optional.ofNullable(cordons.get(machine));
  }

  /** By machine. */
  public Collection<Cordon> cordons() {
    return cordons.values();
  }

  /** The keys of the topic hosts. */
  public static final class Keys {
    static final String HOST = "host/";
    static final String CORDON = "cordon/";

    private Keys() {}

    /** Of a cordon. */
    public static String cordon(String machine) {
      return CORDON + machine;
    }
  }
}
