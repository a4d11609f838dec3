package io.godwit.batch.plan;

import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Device;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The places that are taken, over all batches: whoever is under way has one on its host and one on
 * its device, and the room for its memory there. Counted anew from what the batches say, so there
 * is nothing that could be forgotten to be given back.
 */
public final class Slots {
  private final Map<String, Integer> hosts = new HashMap<>();
  private final Map<String, Integer> devices = new HashMap<>();
  private final Map<String, Long> memory = new HashMap<>();
  private final Set<String> containers = new HashSet<>();

  /** Those that are taken now. */
  public static Slots of(Collection<Batch> batches) {
    Slots slots = new Slots();
    for (Batch batch : batches) {
      for (Member member : batch.roster().flying()) {
        if (member.now() instanceof Now.Flying flying) {
          slots.take(member, flying.device());
        }
      }
    }
    return slots;
  }

  void take(Member member, String device) {
    hosts.merge(member.host(), 1, Integer::sum);
    devices.merge(device, 1, Integer::sum);
    memory.merge(device, member.memoryBytes(), Long::sum);
    containers.add(member.containerId());
  }

  /** Under way from a host. */
  public int onHost(String host) {
    return hosts.getOrDefault(host, 0);
  }

  /** Under way to a device. */
  public int onDevice(String device) {
    return devices.getOrDefault(device, 0);
  }

  /** Whether a container is under way, in whichever batch. */
  public boolean isUnderWay(String containerId) {
    return containers.contains(containerId);
  }

  /** Whether a device has room for one more, as far as either is known. */
  boolean hasRoom(Device device, Member member) {
    return device.memoryBytes() == 0
        || device.memoryBytes() - memory.getOrDefault(device.name(), 0L) >= member.memoryBytes();
  }

  /** What has come to a device since it last said what room it has. */
  public void reserve(String device, long bytes) {
    memory.merge(device, bytes, Long::sum);
  }
}
