package io.godwit.docker;

import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turn at what a machine has once: between processes by a locked file, which says who has it.
 */
final class CriuTurn {
  private static final Logger LOG = LoggerFactory.getLogger(CriuTurn.class);

  /** FileLock knows only other processes; for threads of this one it stands here who has it. */
  private static final Map<Path, String> IN_THIS_PROCESS = new ConcurrentHashMap<>();

  private static final Duration GLANCE = Duration.ofMillis(50);

  private final Path lock;
  private final Clock clock;
  private final Sleeper sleeper;

  CriuTurn(Path lock, Clock clock, Sleeper sleeper) {
    this.lock = lock;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  Held take(String what, Duration patience) throws IOException, InterruptedException {
    Files.createDirectories(lock.getParent());
    Instant deadline = clock.instant().plus(patience);
    String own = "%s (process %d, since %s)".formatted(what, pid(), clock.instant());
    awaitTurn(deadline, () -> Optional.ofNullable(IN_THIS_PROCESS.putIfAbsent(lock, own)));
    try {
      FileChannel channel =
          FileChannel.open(
              lock, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        AtomicReference<FileLock> held = new AtomicReference<>();
        awaitTurn(
            deadline,
            () -> {
              held.set(channel.tryLock());
              return held.get() == null ? Optional.of(Files.readString(lock).strip()) : none();
            });
        // The file itself says who has it, for those who wait and for people.
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((own + "\n").getBytes(StandardCharsets.UTF_8)), 0);
        return new Held(lock, channel);
      } catch (IOException | RuntimeException | InterruptedException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
      IN_THIS_PROCESS.remove(lock);
      throw e;
    }
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  /** Tries to take the turn; says who has it, where another does. */
  @FunctionalInterface
  private interface Try {
    Optional<String> take() throws IOException;
  }

  private void awaitTurn(Instant deadline, Try turn) throws IOException, InterruptedException {
    Optional<String> other = turn.take();
    other.ifPresent(who -> LOG.info("waiting for {}", who));
    while (other.isPresent()) {
      if (!clock.instant().isBefore(deadline)) {
        throw new CriuBusyException(
            "CRIU is at work for %s, and one dump or restore is done at a time on this machine"
                .formatted(other.get()));
      }
      sleeper.sleep(GLANCE);
      other = turn.take();
    }
  }

  record Held(Path lock, FileChannel channel) implements AutoCloseable {
    /** The lock goes with the channel. */
    @Override
    public void close() throws IOException {
      try {
        channel.close();
      } finally {
        IN_THIS_PROCESS.remove(lock);
      }
    }
  }
}
