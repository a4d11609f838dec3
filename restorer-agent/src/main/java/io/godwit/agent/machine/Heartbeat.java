package io.godwit.agent.machine;

import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().daemon().name("heartbeat-", 0).factory());

  /**
   * Looks once, so that the first word is a whole one, and starts.
   *
   * @param publisher stays its owner's
   */
  public Heartbeat(Supplier<DeviceProfile> profiler, Publisher publisher, Clock clock) {
    this(profiler, publisher, clock, PERIOD);
  }

  Heartbeat(Supplier<DeviceProfile> profiler, Publisher publisher, Clock clock, Duration between) {
    this.profiler = profiler;
    this.publisher = publisher;
    this.clock = clock;
    this.latest = new AtomicReference<>(profiler.get());
    LOG.info("{}", words(latest.get()));
    long period = between.toMillis();
    threads.scheduleAtFixedRate(this::announce, 0, period, TimeUnit.MILLISECONDS);
    threads.scheduleWithFixedDelay(this::lookAgain, period, period, TimeUnit.MILLISECONDS);
  }

  /** The latest profile that was looked up. */
  public DeviceProfile latest() {
    return latest.get();
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

  private void lookAgain() {
    try {
      look();
    } catch (RuntimeException e) {
      // An exception out of here would end the looking for good.
      LOG.warn("this device could not be looked at", e);
    }
  }

  private void announce() {
    DeviceProfile known = latest.get();
    Duration age = Duration.ofMillis(clock.millis() - known.getHeartbeatMs());
    DeviceProfile.Builder word = known.toBuilder().setHeartbeatMs(clock.millis());
    if (age.compareTo(TOO_OLD) > 0) {
      word.addUnfit(
          "The Docker Engine or CRIU has not answered for %d s.".formatted(age.toSeconds()));
    }
    try {
      publisher.publish(Topic.DEVICES, known.getDevice(), word.build());
    } catch (RuntimeException e) {
      // The next one comes in a moment; nothing waits for this one.
      LOG.warn("this device could not be announced: {}", e.getMessage());
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
    threads.shutdownNow();
  }
}
