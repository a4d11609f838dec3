package io.godwit.agent.hold;

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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container whose {@code create} is held, from the moment before the Engine is told to start
 * it. Whatever ends this process or closes this ends the waiting, and nothing of the program has
 * run: only {@link #go} makes it run.
 */
public final class Hold implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Hold.class);

  /** The runtime's one line has a bundle's path in it. */
  private static final int LINE = 8192;

  private final String containerId;
  private final ServerSocketChannel server;
  private final Duration atMost;
  private final Threads.Bell bell;
  private final AtomicReference<Optional<SocketChannel>> runtime =
      new AtomicReference<>(Optional.empty());
  private final AtomicBoolean over = new AtomicBoolean();

  private Hold(String containerId, ServerSocketChannel server, Duration atMost, Threads.Bell bell) {
    this.containerId = containerId;
    this.server = server;
    this.atMost = atMost;
    this.bell = bell;
  }

  /**
   * From now on the container's {@code create} is held. It stays so, without this, until {@link
   * RuntimeFolder#forget} or the container was started: then it fails at once.
   *
   * @param containerId the full id
   * @param atMost how long, from when it waits
   */
  public static Hold on(RuntimeFolder folder, String containerId, Duration atMost, Threads threads)
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
    Hold hold = new Hold(containerId, server, atMost, threads.bell());
    threads.start(
        "hold-" + containerId.substring(0, Math.min(12, containerId.length())), hold::serve);
    return hold;
  }

  private void serve() {
    try (SocketChannel caller = server.accept()) {
      if (hello(caller)) {
        say(caller, "wait " + atMost.toMillis());
        runtime.set(Optional.of(caller));
        bell.ring();
        // It says no more; its end is the end of the waiting.
        while (caller.read(ByteBuffer.allocate(LINE)) >= 0) {}
      }
    } catch (IOException e) {
      LOG.debug("the hold of {} has ended", containerId, e);
    } finally {
      over.set(true);
      bell.ring();
    }
  }

  private boolean hello(SocketChannel caller) throws IOException {
    ByteBuffer line = ByteBuffer.allocate(LINE);
    while (line.hasRemaining() && caller.read(line) >= 0) {
      String said = new String(line.array(), 0, line.position(), StandardCharsets.UTF_8);
      if (said.endsWith("\n")) {
        return said.startsWith("create ");
      }
    }
    return false;
  }

  /**
   * Waits until {@code create} is held.
   *
   * @return false when it is not by then, or not any more
   */
  public boolean await(Duration patience) throws InterruptedException {
    if (!holds() && !over.get()) {
      var _ = bell.await(patience);
    }
    return holds();
  }

  /** Whether it is held now. */
  public boolean holds() {
    return runtime.get().isPresent() && !over.get();
  }

  /**
   * Has it restored. To be said once, by whom the decision log has told to.
   *
   * @param images CRIU's, with runc's descriptors.json
   * @param work where CRIU works
   * @throws IOException when nobody hears it: nothing of it has run then
   */
  public void go(Path images, Path work) throws IOException {
    say("images %s\nwork %s\ngo".formatted(path(images), path(work)));
  }

  /** Has it created as any container. */
  public void pass() throws IOException {
    say("pass");
  }

  /**
   * Has {@code create} fail.
   *
   * @param sentence which the Engine shows
   */
  public void no(String sentence) throws IOException {
    say("no " + sentence.replace('\n', ' '));
  }

  private void say(String words) throws IOException {
    Optional<SocketChannel> caller = runtime.get();
    if (caller.isEmpty()) {
      throw new IOException("the runtime does not hold the container");
    }
    say(caller.get(), words);
  }

  private static void say(SocketChannel caller, String words) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((words + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      caller.write(bytes);
    }
  }

  private static Path path(Path path) {
    if (path.toString().indexOf('\n') >= 0) {
      throw new IllegalArgumentException("no path on one line: " + path);
    }
    return path.toAbsolutePath();
  }

  /** Lets it go: what is held fails. */
  @Override
  public void close() throws IOException {
    server.close();
    Optional<SocketChannel> caller = runtime.get();
    if (caller.isPresent()) {
      caller.get().close();
    }
  }
}
