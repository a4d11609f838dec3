package io.godwit.agent.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.ContainerSpec.PublishedPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PortCheckTest {
  private final PortCheck ports = PortCheck.ofThisMachine();

  @Test
  void aPortThatSomebodyListensOnCannotBeHad() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = socket.getLocalPort();
      String obstacle = ports.obstacle(new PublishedPort("127.0.0.1", port, "tcp")).orElseThrow();
      assertTrue(obstacle.startsWith("Port %d/tcp".formatted(port)), obstacle);
    }
    assertEquals(Optional.empty(), ports.obstacle(new PublishedPort("127.0.0.1", port, "tcp")));
  }

  @Test
  void udpHasPortsOfItsOwn() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0)) {
      int port = socket.getLocalPort();
      assertTrue(ports.obstacle(new PublishedPort("", port, "udp")).isPresent());
    }
  }

  @Test
  void anAddressThatThisMachineDoesNotHaveIsAnObstacle() {
    assertTrue(ports.obstacle(new PublishedPort("192.0.2.1", 18080, "tcp")).isPresent());
  }
}
