package io.godwit.agent.hold;

import io.godwit.docker.DockerEngine;
import io.godwit.docker.Network;
import io.godwit.service.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A start that the Engine was told of, and that stands still in the runtime until {@link #go}. The
 * Engine holds its lock on the container meanwhile: whoever inspects or removes it waits, too.
 */
public final class HeldStart implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldStart.class);
  private static final Duration GLANCE = Duration.ofMillis(50);
  private static final Duration LONG_GLANCE = Duration.ofMinutes(1);

  private final String containerId;
  private final Hold hold;
  private final Threads.Started start;
  private final Answer answer;
  private final AtomicReference<LastMoment> last;

  private HeldStart(
      String containerId, Hold hold, Threads.Started start, Answer answer, LastMoment last) {
    this.containerId = containerId;
    this.hold = hold;
    this.start = start;
    this.answer = answer;
    this.last = new AtomicReference<>(last);
  }

  /**
   * The Engine's.
   *
   * @param came it has answered, or is not going to
   * @param refusal what it says where it has not started it
   */
  private record Answer(AtomicBoolean came, AtomicReference<Optional<String>> refusal) {}

  static HeldStart begin(
      DockerEngine engine, Hold hold, String containerId, Threads threads, LastMoment last) {
    Answer answer = new Answer(new AtomicBoolean(), new AtomicReference<>(Optional.empty()));
    Threads.Started start =
        threads.start(
            "start-" + containerId,
            () -> {
              try {
                engine.start(containerId);
              } catch (IOException | RuntimeException e) {
                answer.refusal.set(Optional.of(String.valueOf(e.getMessage())));
              } finally {
                answer.came.set(true);
                // Nobody waits for what the runtime would make: an Engine that has gone, mostly.
                letGo(hold, containerId);
              }
            });
    return new HeldStart(containerId, hold, start, answer, last);
  }

  /**
   * Waits until it is held: its network, its ports and limits can be had, and are.
   *
   * @return why it is not, in the Engine's words where it has refused; empty when it is
   */
  public Optional<String> await(Duration patience) throws InterruptedException {
    for (Duration waited = Duration.ZERO;
        waited.compareTo(patience) < 0;
        waited = waited.plus(GLANCE)) {
      if (hold.await(GLANCE)) {
        last.updateAndGet(LastMoment::attached);
        return Optional.empty();
      }
      if (answer.came.get()) {
        return Optional.of(
            answer
                .refusal
                .get()
                .orElse(
                    "The Engine has started the container from its beginning, past the runtime."));
      }
    }
    return Optional.of(
        "The Engine has not come to create the container within %d s."
            .formatted(patience.toSeconds()));
  }

  /** Whether it is held now, for an Engine that waits for it. */
  public boolean holds() {
    return hold.holds() && !answer.came.get();
  }

  /**
   * Has it restored, and waits for the Engine's answer. Where the Engine has died nobody would know
   * what runs: then it is let go.
   *
   * @param images CRIU's, with runc's descriptors.json
   * @param work where CRIU works
   * @param there the networks that the container had on its source
   * @return the Engine's words, where it says that this failed; that proves nothing
   */
  public Optional<String> go(Path images, Path work, List<Network> there)
      throws InterruptedException {
    try {
      if (holds()) {
        Files.createDirectories(work);
        last.get().finish(images, containerId, there);
        hold.go(images, work);
      } else {
        hold.close();
      }
    } catch (IOException | RuntimeException e) {
      return letGo("its images could not be finished: " + e);
    }
    return end();
  }

  /** Has it created as any container, and waits for the Engine's answer. */
  public Optional<String> pass() throws InterruptedException {
    try {
      hold.pass();
    } catch (IOException e) {
      LOG.warn("the runtime does not hear that {} may pass", containerId, e);
    }
    return end();
  }

  /**
   * Has the start fail, and waits until the Engine has cleared away what it made.
   *
   * @param why a sentence, which the Engine shows
   * @return the Engine's words; none where it has started the container past the runtime
   */
  public Optional<String> letGo(String why) throws InterruptedException {
    try {
      if (hold.holds()) {
        hold.no(why);
      }
      hold.close();
    } catch (IOException e) {
      LOG.debug("{} was let go before", containerId, e);
    }
    return end();
  }

  private Optional<String> end() throws InterruptedException {
    while (!start.join(LONG_GLANCE)) {
      LOG.warn("the Engine still starts {}", containerId);
    }
    return answer.refusal.get();
  }

  private static void letGo(Hold hold, String containerId) {
    try {
      hold.close();
    } catch (IOException e) {
      LOG.debug("{} is held no more", containerId, e);
    }
  }

  /** Lets go of what is held still; the Engine clears it away in its own time. */
  @Override
  public void close() throws IOException {
    hold.close();
  }
}
