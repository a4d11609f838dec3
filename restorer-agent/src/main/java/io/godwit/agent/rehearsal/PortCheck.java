package io.godwit.agent.rehearsal;

import io.godwit.docker.ContainerSpec.PublishedPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;

/** Whether ports that a container publishes are free on this machine. */
@FunctionalInterface
public interface PortCheck {
  /** Why a port cannot be had, or nothing. */
  Optional<String> obstacle(PublishedPort port);

  /** Asks the kernel, by listening for a moment. */
  static PortCheck ofThisMachine() {
    return port -> {
      InetSocketAddress address =
          port.address().isEmpty()
              ? new InetSocketAddress(port.port())
              : new InetSocketAddress(port.address(), port.port());
      try {
        switch (port.protocol()) {
          case "tcp" -> {
            try (ServerSocket socket = new ServerSocket()) {
              // As the Engine does: a connection that lingers is no obstacle.
              socket.setReuseAddress(true);
              socket.bind(address);
            }
          }
          case "udp" -> new DatagramSocket(address).close();
          default -> {
            // Java has no SCTP sockets on every machine; the Engine will say it at the start.
          }
        }
        return Optional.empty();
      } catch (IOException e) {
        return Optional.of(
            "Port %d/%s, which the container publishes, cannot be had on this device (%s): free it, or publish another."
                .formatted(port.port(), port.protocol(), e.getMessage()));
      }
    };
  }
}
