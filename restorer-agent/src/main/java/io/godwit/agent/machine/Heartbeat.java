package io.godwit.agent.machine;

import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.service.Threads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces the profile at once and then every few seconds. Looking takes place beside announcing:
 * an Engine that hangs makes the device unfit, not silent.
 */
public final class Heartbeat implements AutoCloseable {
  /** How often a device is heard. */
  public static final Duration PERIOD = Duration.ofSeconds(5);

  private static final Duration TOO_OLD = Duration.ofSeconds(60);
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final Supplier<DeviceProfile> profiler;
  private final Publisher publisher;
  private final Clock clock;
  private final AtomicReference<DeviceProfile> latest;
  private final AtomicReference<Instant> heard;
  private final Ways ways;
  private final List<Threads.Bell> ends;

  /**
   * When, and whether, it beats.
   *
   * @param between the time between two beats
   * @param maySpeak whether this device may be announced now
   * @param troubles what else makes it unfit
   */
  public record Ways(Duration between, BooleanSupplier maySpeak, Supplier<List<String>> troubles) {}

  /**
   * Looks once, so that the first word is a whole one, and starts.
   *
   * @param publisher stays its owner's
   */
  public Heartbeat(
      Supplier<DeviceProfile> profiler,
      Publisher publisher,
      Clock clock,
      Threads threads,
      Ways ways) {
    this.profiler = profiler;
    this.publisher = publisher;
    this.clock = clock;
    this.ways = ways;
    this.latest = new AtomicReference<>(profiler.get());
    this.heard = new AtomicReference<>(clock.instant());
    LOG.info("{}", words(latest.get()));
    Threads.Bell announcing = threads.bell();
    Threads.Bell looking = threads.bell();
    this.ends = List.of(announcing, looking);
    threads.start(
        "heartbeat",
        () -> {
          announce();
          again(announcing, this::announce);
        });
    threads.start("device-looker", () -> again(looking, this::lookAndTell));
  }

  /** Until the bell rings. */
  private void again(Threads.Bell end, Runnable work) {
    try {
      while (!end.await(ways.between())) {
        try {
          work.run();
        } catch (Throwable e) {
          // One look that fails, of an Error even, must not be the last.
          LOG.warn("this device could not be looked at", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The latest profile that was looked up. */
  public DeviceProfile latest() {
    return latest.get();
  }

  /** How long ago a broker last took this device's word; from the start on where none has. */
  public Duration silence() {
    return Duration.between(heard.get(), clock.instant());
  }

  /** Looks now, for who cannot wait for the next time. */
  public DeviceProfile look() {
    DeviceProfile before = latest.get();
    DeviceProfile now = profiler.get();
    latest.set(now);
    if (!now.getUnfitList().equals(before.getUnfitList())) {
      LOG.info("{}", words(now));
    }
    return now;
  }

  /** A device that becomes fit, or is so no more, says it at once: requests are refused by it. */
  private void lookAndTell() {
    List<String> before = latest.get().getUnfitList();
    if (!look().getUnfitList().equals(before)) {
      announce();
    }
  }

  private void announce() {
    if (!ways.maySpeak().getAsBoolean()) {
      return;
    }
    DeviceProfile known = latest.get();
    Duration age = Duration.ofMillis(clock.millis() - known.getHeartbeatMs());
    DeviceProfile.Builder word =
        known.toBuilder().setHeartbeatMs(clock.millis()).addAllUnfit(ways.troubles().get());
    if (age.compareTo(TOO_OLD) > 0) {
      word.addUnfit(
          "The Docker Engine or CRIU has not answered for %d s.".formatted(age.toSeconds()));
    }
    try {
      publisher.publish(Topic.DEVICES, known.getDevice(), word.build());
      heard.set(clock.instant());
    } catch (Throwable e) {
      // The next one comes in a moment; nothing waits for this one.
      LOG.warn("this device could not be announced: {}", e.toString());
    }
  }

  private static String words(DeviceProfile profile) {
    List<String> unfit = profile.getUnfitList();
    return "device %s (%s, %d bits of address, pages of %d, kernel %s, CRIU %s, Docker %s): %s"
        .formatted(
            profile.getDevice(),
            profile.getIsa(),
            profile.getVaBits(),
            profile.getPageSize(),
            profile.getKernel(),
            profile.getCriuVersion(),
            profile.getDockerVersion(),
            unfit.isEmpty() ? "fit" : "unfit: " + String.join(" ", unfit));
  }

  @Override
  public void close() {
    ends.forEach(Threads.Bell::ring);
  }
}
