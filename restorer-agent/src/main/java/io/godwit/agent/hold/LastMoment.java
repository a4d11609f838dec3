package io.godwit.agent.hold;

import static java.util.stream.Collectors.toSet;

import io.godwit.criu.Message;
import io.godwit.docker.Endpoint;
import io.godwit.docker.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is finished in the images once the Engine has attached a container to its networks, which it
 * has while the container waits: its own addresses, and the number of its interface.
 *
 * @param ends the Engine's {@link io.godwit.docker.DockerEngine#endpoint}
 * @param sys {@code /sys} but in tests
 * @param before numbers of the machine's interfaces before the container was started
 * @param seen those of the container, where it was looked for them already
 */
record LastMoment(Ends ends, Path sys, Set<Long> before, Optional<List<Long>> seen) {
  /** Takes copies. */
  LastMoment {
    before = Set.copyOf(before);
    seen = seen.map(List::copyOf);
  }

  /** Tells a container's end in a network. */
  @FunctionalInterface
  interface Ends {
    Optional<Endpoint> of(String network, String containerId) throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(LastMoment.class);

  /** Of a container that is about to be started. */
  static LastMoment of(Ends ends, Path sys) throws IOException {
    return new LastMoment(
        ends, sys, links(sys).stream().map(Link::number).collect(toSet()), Optional.empty());
  }

  /**
   * The same of a container that waits: its interfaces are there, and those of whoever is started
   * later are not yet.
   */
  LastMoment attached() {
    if (seen.isPresent()) {
      return this;
    }
    try {
      return new LastMoment(ends, sys, before, Optional.of(numbers()));
    } catch (IOException e) {
      LOG.warn("the numbers of the container's interfaces cannot be told yet", e);
      return this;
    }
  }

  /**
   * Finishes images.
   *
   * @param there the networks that the container had on its source, with its addresses
   */
  void finish(Path images, String containerId, List<Network> there) throws IOException {
    Map<InetAddress, InetAddress> here = new HashMap<>();
    for (Network network : there) {
      Optional<Endpoint> now = ends.of(network.name(), containerId);
      if (now.isPresent()) {
        put(here, network.address(), now.get().address());
        put(here, network.address6(), now.get().address6());
      }
    }
    OwnAddresses addresses = new OwnAddresses(here);
    List<Long> numbers = seen.isPresent() ? seen.get() : numbers();
    Optional<PacketSockets> packets =
        there.size() == 1 && numbers.size() == 1
            ? Optional.of(new PacketSockets(numbers.getFirst()))
            : Optional.empty();
    int sockets =
        OpenFiles.rewrite(
            images,
            file -> {
              Message now = addresses.file(file);
              return packets.map(packet -> packet.file(now)).orElse(now);
            });
    if (sockets > 0) {
      LOG.info("{} sockets are on the container's own network, which is another here", sockets);
    }
  }

  private static void put(Map<InetAddress, InetAddress> here, String there, String now) {
    if (!there.isEmpty() && !now.isEmpty()) {
      // No name is looked up: a sender's word must not make this device ask for one.
      here.put(InetAddress.ofLiteral(there), InetAddress.ofLiteral(now));
    }
  }

  /**
   * The numbers of the interfaces that the container is going to have, where no other is started at
   * the same time. Each is one of the machine's still, the end of a pair whose other end is a
   * bridge's, and keeps its number when it is moved to where there is none but the loopback
   * (net/core/dev.c, dev_change_net_namespace).
   */
  private List<Long> numbers() throws IOException {
    List<Link> links = links(sys);
    Set<Long> here = links.stream().map(Link::number).collect(toSet());
    return links.stream()
        .filter(link -> !before.contains(link.number) && !link.isPort)
        .filter(link -> link.peer != link.number && here.contains(link.peer))
        .map(Link::number)
        .toList();
  }

  /**
   * An interface of the machine.
   *
   * @param peer the number of the other end of a pair; its own where it is none
   * @param isPort whether it belongs to a bridge
   */
  private record Link(long number, long peer, boolean isPort) {}

  private static List<Link> links(Path sys) throws IOException {
    List<Link> links = new ArrayList<>();
    Path all = sys.resolve("class/net");
    if (!Files.isDirectory(all)) {
      return links;
    }
    try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(all)) {
      for (Path one : interfaces) {
        if (Files.exists(one.resolve("ifindex"))) {
          links.add(
              new Link(
                  number(one.resolve("ifindex")),
                  number(one.resolve("iflink")),
                  Files.exists(one.resolve("master"), LinkOption.NOFOLLOW_LINKS)));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    return links;
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }
}
