package io.godwit.agent.hold;

import io.godwit.docker.Endpoint;
import io.godwit.docker.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is finished in the images once the Engine has attached a container to its networks, which it
 * has while the container waits: its own addresses, and the number of its interface.
 *
 * @param ends the Engine's {@link io.godwit.docker.DockerEngine#endpoint}
 * @param sys {@code /sys} but in tests
 */
record LastMoment(Ends ends, Path sys) {
  /** Tells a container's end in a network. */
  @FunctionalInterface
  interface Ends {
    Optional<Endpoint> of(String network, String containerId) throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(LastMoment.class);

  /**
   * Finishes images.
   *
   * @param there the networks that the container had on its source, with its addresses
   */
  void finish(Path images, String containerId, List<Network> there) throws IOException {
    Map<InetAddress, InetAddress> here = new HashMap<>();
    Optional<Endpoint> only = Optional.empty();
    for (Network network : there) {
      Optional<Endpoint> now = ends.of(network.name(), containerId);
      if (now.isPresent()) {
        put(here, network.address(), now.get().address());
        put(here, network.address6(), now.get().address6());
      }
      only = there.size() == 1 ? now : Optional.empty();
    }
    int sockets = new OwnAddresses(here).rewrite(images);
    if (sockets > 0) {
      LOG.info("{} sockets are on the container's own addresses, which change: {}", sockets, here);
    }
    OptionalLong number = only.isEmpty() ? OptionalLong.empty() : number(only.get().macAddress());
    if (number.isPresent()) {
      new PacketSockets(number.getAsLong()).rewrite(images);
    }
  }

  private static void put(Map<InetAddress, InetAddress> here, String there, String now) {
    if (!there.isEmpty() && !now.isEmpty()) {
      // No name is looked up: a sender's word must not make this device ask for one.
      here.put(InetAddress.ofLiteral(there), InetAddress.ofLiteral(now));
    }
  }

  /**
   * The number of the interface that the container is going to have. It still is one of the
   * machine's, and keeps its number when it is moved to where there is none but the loopback
   * (net/core/dev.c, dev_change_net_namespace).
   */
  private OptionalLong number(String macAddress) throws IOException {
    Path all = sys.resolve("class/net");
    if (macAddress.isEmpty() || !Files.isDirectory(all)) {
      return OptionalLong.empty();
    }
    try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(all)) {
      for (Path one : interfaces) {
        if (text(one.resolve("address")).equals(macAddress)) {
          return OptionalLong.of(Long.parseLong(text(one.resolve("ifindex"))));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    return OptionalLong.empty();
  }

  private static String text(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file).strip() : "";
  }
}
