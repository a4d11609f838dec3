package io.godwit.agent.hold;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is finished once the container's network is there, and CRIU has opened no file of it: its
 * own addresses and the number of its interface in the images, and the settings that sockets need.
 *
 * @param bundle of the container
 * @param images that are restored
 * @param there the container's addresses on its source
 * @param proc {@code /proc} but in tests
 */
record LastMoment(Bundle bundle, Path images, List<InetAddress> there, Path proc)
    implements Hold.Finishing {
  private static final Logger LOG = LoggerFactory.getLogger(LastMoment.class);

  /** Takes a copy. */
  LastMoment {
    there = List.copyOf(there);
  }

  @Override
  public SequencedMap<String, String> finish(long pid) throws IOException {
    NetworkNow now = NetworkNow.of(proc.resolve(Long.toString(pid)));
    int sockets = new OwnAddresses(here(there, now.addresses())).rewrite(images);
    if (sockets > 0) {
      LOG.info("{} sockets of {} have the addresses {} now", sockets, there, now.addresses());
    }
    if (now.interfaces().size() == 1) {
      new PacketSockets(now.interfaces().values().iterator().next()).rewrite(images);
    }
    return bundle.networkSettings();
  }

  /**
   * What each of the source's addresses is here. Of several of one kind it cannot be told which is
   * which: those stay.
   */
  static Map<InetAddress, InetAddress> here(List<InetAddress> there, List<InetAddress> here) {
    Map<InetAddress, InetAddress> found = new HashMap<>();
    for (boolean four : new boolean[] {true, false}) {
      List<InetAddress> old =
          there.stream().filter(a -> a instanceof Inet4Address == four).toList();
      List<InetAddress> now = here.stream().filter(a -> a instanceof Inet4Address == four).toList();
      if (old.size() == 1 && now.size() == 1) {
        found.put(old.getFirst(), now.getFirst());
      }
    }
    return found;
  }
}
