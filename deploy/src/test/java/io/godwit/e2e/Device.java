package io.godwit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A virtual machine, handled by the script that users have. */
final class Device implements Machine {
  private final Path script;
  private final String name;
  private final Map<Integer, Integer> forwards = new ConcurrentHashMap<>();
  private final Set<String> images = new HashSet<>();

  Device(Path script, String name) {
    this.script = script;
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  /** Boots it with its services; the disk of an earlier start is kept. */
  void start(List<String> options) {
    // Forwarded ports go with the power.
    forwards.clear();
    List<String> command = new ArrayList<>(List.of(script.toString(), "start", name));
    command.addAll(options);
    Shell.run(Duration.ofMinutes(10), command).orFail();
  }

  @Override
  public Shell.Result exec(String... command) {
    List<String> call = new ArrayList<>(List.of(script.toString(), "exec", name, "--"));
    call.addAll(List.of(command));
    return Shell.run(Duration.ofMinutes(2), call);
  }

  @Override
  public Docker docker() {
    return new Docker(List.of(script.toString(), "exec", name, "--", "docker"));
  }

  /**
   * Brings an image of this machine there, as the first move of a container of it does, unless it
   * is there. Not twice at once.
   */
  synchronized void requireImage(String image) {
    if (images.contains(image)) {
      return;
    }
    if (docker().run("image", "inspect", image).exit() != 0) {
      String load = "docker save %s | '%s' exec %s -- docker load".formatted(image, script, name);
      Shell.run(Duration.ofMinutes(8), List.of("bash", "-o", "pipefail", "-c", load)).orFail();
    }
    images.add(image);
  }

  @Override
  public int reach(int port) {
    return forwards.computeIfAbsent(
        port,
        there -> {
          int here = freePort();
          Shell.run(
                  Duration.ofMinutes(1),
                  List.of(script.toString(), "forward", name, here + ":" + there))
              .orFail();
          return here;
        });
  }

  @Override
  public void killServices(Service... services) {
    for (Service service : services) {
      exec(service.kill().toArray(String[]::new)).orFail();
    }
  }

  @Override
  public void startServices(Service... services) {
    for (Service service : services) {
      exec(service.control(), "start").orFail();
    }
  }

  /** Cuts the power. */
  void kill() {
    Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "kill", name)).orFail();
  }

  /** With its disk. */
  void remove() {
    Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "kill", name));
    Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "remove", name));
  }

  String console() {
    return Shell.run(Duration.ofMinutes(1), List.of(script.toString(), "logs", name)).out();
  }

  /** A port of this machine that nobody listens on at the moment. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
