package io.godwit.checkpointer.freeze;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A real container in which {@code holder.c} runs. */
final class Holder implements AutoCloseable {
  static final int PORT = 7000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IMAGE = "freeze-it-holder";
  private static final String NAME = "freeze-it";

  private final DockerEngine engine;
  private final String id;

  Holder(DockerEngine engine, Path folder, String... more) throws IOException {
    this.engine = engine;
    Path root = Files.createDirectories(folder.resolve("root"));
    shell(
        List.of(
            "gcc", "-O1", "-static", "-o", root + "/holder", Path.of("src/test/c/holder.c") + ""));
    shell(List.of("tar", "-C", root.toString(), "-cf", folder + "/root.tar", "holder"));
    shell(List.of("docker", "import", folder + "/root.tar", IMAGE));
    engine.remove(NAME);
    ObjectNode body = JSON.createObjectNode().put("Image", IMAGE);
    var command = body.putArray("Cmd").add("/holder");
    List.of(more).forEach(command::add);
    // ICMP sockets are for whoever is in this range of groups.
    ObjectNode inspect = JSON.createObjectNode();
    inspect.set("Config", body);
    inspect.putObject("HostConfig").putObject("Sysctls").put("net.ipv4.ping_group_range", "0 1000");
    this.id = engine.create(NAME, ContainerSpec.of(Container.parse(inspect.toString())));
    engine.start(id);
  }

  String id() {
    return id;
  }

  Container container() throws IOException {
    return engine.inspect(id).orElseThrow();
  }

  long pid() throws IOException {
    return container().firstPid().orElseThrow();
  }

  /** What it counted, in order. */
  List<Long> numbers() throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (String line : engine.logs(id, 100_000).lines().toList()) {
      if (line.startsWith("at ")) {
        numbers.add(Long.parseLong(line.substring(3).strip()));
      }
    }
    return numbers;
  }

  /** What it says is no more as it was. */
  List<String> lost() throws IOException {
    return engine.logs(id, 100_000).lines().filter(line -> line.startsWith("lost")).toList();
  }

  /** A connection to it, over the Engine's bridge. */
  Socket connect() throws IOException {
    String address =
        container().networks().stream()
            .filter(network -> network.name().equals("bridge"))
            .map(Network::address)
            .findFirst()
            .orElse("");
    if (address.isEmpty()) {
      throw new IOException("the container has no address on the bridge");
    }
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(address, PORT), 5000);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Asks it for the next byte. */
  static int ask(Socket client, int value) throws IOException {
    client.getOutputStream().write(value);
    return client.getInputStream().read();
  }

  static void shell(List<String> command) throws IOException {
    CommandRunner.Result result = CommandRunner.ofProcesses().run(command, Duration.ofMinutes(2));
    if (result.exit() != 0) {
      throw new IOException(String.join(" ", command) + ": " + result.errors());
    }
  }

  @Override
  public void close() throws IOException {
    engine.remove(id);
    shell(List.of("docker", "rmi", "--force", IMAGE));
  }
}
