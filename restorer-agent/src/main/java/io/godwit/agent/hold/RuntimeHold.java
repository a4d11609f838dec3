package io.godwit.agent.hold;

import io.godwit.docker.Bundle;
import io.godwit.service.Threads;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Hold} by the runtime that stands in front of runc ({@code runtime.c}). */
final class RuntimeHold implements Hold {
  private static final Logger LOG = LoggerFactory.getLogger(RuntimeHold.class);

  /** A line has a path in it at most. */
  private static final int LINE = 8192;

  private final String containerId;
  private final ServerSocketChannel server;
  private final Duration atMost;
  private final Threads.Bell bell;
  private final AtomicReference<Optional<Caller>> runtime = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Map<String, String>> settings = new AtomicReference<>(Map.of());
  private final AtomicBoolean over = new AtomicBoolean();

  /** The runtime that holds the container. */
  private record Caller(SocketChannel channel, Bundle bundle) {}

  private RuntimeHold(
      String containerId, ServerSocketChannel server, Duration atMost, Threads.Bell bell) {
    this.containerId = containerId;
    this.server = server;
    this.atMost = atMost;
    this.bell = bell;
  }

  /** As {@link Awaited#hold}. */
  static Hold on(RuntimeFolder folder, String containerId, Duration atMost, Threads threads)
      throws IOException {
    Path socket = folder.socket(containerId);
    folder.forget(containerId);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    RuntimeHold hold = new RuntimeHold(containerId, server, atMost, threads.bell());
    threads.start(
        "hold-" + containerId.substring(0, Math.min(12, containerId.length())), hold::serve);
    return hold;
  }

  private void serve() {
    try (SocketChannel caller = server.accept()) {
      String bundle = word(caller, "create ");
      Path program = Path.of(word(caller, "by "));
      say(caller, "wait " + atMost.toMillis());
      runtime.set(Optional.of(new Caller(caller, new Bundle(Path.of(bundle), program))));
      bell.ring();
      // It says no more; its end is the end of the waiting.
      while (caller.read(ByteBuffer.allocate(LINE)) >= 0) {}
    } catch (IOException e) {
      LOG.debug("the hold of {} has ended", containerId, e);
    } finally {
      over.set(true);
      bell.ring();
    }
    if (!settings.get().isEmpty()) {
      setNetwork();
    }
  }

  /** The restore calls back from its hook. */
  private void setNetwork() {
    try (SocketChannel hook = server.accept()) {
      LOG.debug("the network of {} is that of {}", containerId, word(hook, "network "));
      for (Map.Entry<String, String> setting : settings.get().entrySet()) {
        say(hook, "set " + setting.getKey() + " " + setting.getValue());
      }
      say(hook, "go");
      // Until it has read all of it.
      while (hook.read(ByteBuffer.allocate(LINE)) >= 0) {}
    } catch (IOException e) {
      LOG.debug("the restore of {} does not call back", containerId, e);
    }
  }

  /** The rest of a line that begins with this. */
  private static String word(SocketChannel caller, String begin) throws IOException {
    ByteBuffer line = ByteBuffer.allocate(LINE);
    ByteBuffer one = ByteBuffer.allocate(1);
    while (line.hasRemaining() && caller.read(one.clear()) > 0) {
      if (one.get(0) == '\n') {
        String said = new String(line.array(), 0, line.position(), StandardCharsets.UTF_8);
        if (said.startsWith(begin)) {
          return said.substring(begin.length());
        }
        break;
      }
      line.put(one.get(0));
    }
    throw new IOException("expected \"%s\" of the runtime".formatted(begin));
  }

  @Override
  public boolean await(Duration patience) throws InterruptedException {
    if (!holds() && !over.get()) {
      var _ = bell.await(patience);
    }
    return holds();
  }

  @Override
  public boolean holds() {
    return runtime.get().isPresent() && !over.get();
  }

  @Override
  public void go(Path images, Path work) throws IOException {
    Bundle bundle = caller().bundle;
    Map<String, String> network = bundle.hasNetworkOfItsOwn() ? bundle.networkSettings() : Map.of();
    if (!network.isEmpty()) {
      settings.set(network);
      bundle.callBackWithNetwork(containerId);
    }
    say("images " + images.toAbsolutePath());
    say("work " + work.toAbsolutePath());
    say("go");
  }

  @Override
  public void pass() throws IOException {
    say("pass");
  }

  @Override
  public void no(String sentence) throws IOException {
    say("no " + sentence);
  }

  private void say(String words) throws IOException {
    say(caller().channel, words);
  }

  private Caller caller() throws IOException {
    return runtime
        .get()
        .orElseThrow(() -> new IOException("the runtime does not hold the container"));
  }

  private static void say(SocketChannel caller, String words) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap((words.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      caller.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Optional<Caller> caller = runtime.get();
    if (caller.isPresent()) {
      caller.get().channel.close();
    }
  }
}
