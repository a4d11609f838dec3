package io.godwit.agent.machine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.agent.state.Self;
import io.godwit.contract.DeviceProfile;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Received;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Wire;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for another machine that has this one's name. Both would get each other's records, and be
 * one device to everybody. So who hears another takes nothing and says so, and looks again until
 * the other has been silent for a few heartbeats. Who comes later listens before it says a word; of
 * two that begin at once, one goes on saying that it is there, and the other stands back.
 *
 * <p>A machine that was copied, agent and all, has the same instance; its runs are others.
 */
public final class Namesakes {
  /** Who has not been heard for so long is gone. */
  public static final Duration SILENCE = Heartbeat.PERIOD.multipliedBy(3);

  private static final Duration GLANCE = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Namesakes.class);

  private final Self self;
  private final Clock clock;
  private final Sleeper sleeper;

  private boolean listening;
  private boolean spoke;
  private Optional<DeviceProfile> other = Optional.empty();
  private Instant heard = Instant.MIN;

  public Namesakes(Self self, Clock clock, Sleeper sleeper) {
    this.self = self;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /** Hears a profile. */
  public synchronized void hear(Received record) {
    byte[] value = record.value();
    if (!record.key().equals(self.device())) {
      return;
    }
    try {
      DeviceProfile profile = DeviceProfile.parseFrom(value);
      if (value.length == 0 || isSelf(profile)) {
        spoke |= profile.getAgentRun().equals(self.run());
        // Before we listen only the last word tells who may be there still.
        other = listening ? other : Optional.empty();
        return;
      }
      if (listening && isAlone()) {
        LOG.error("{}", sentence(profile));
      }
      other = Optional.of(profile);
      heard = clock.instant();
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("a profile under this device's name is none: {}", e.getMessage());
    }
  }

  /**
   * Begins to listen: reads what was said before, however long the broker does not answer. Whoever
   * is heard from then on is there, and so may be who spoke last.
   *
   * @param toItsEnd reads the topic to its end
   */
  public void listen(Runnable toItsEnd) throws InterruptedException {
    while (true) {
      try {
        toItsEnd.run();
        begin();
        return;
      } catch (MessagingException e) {
        LOG.warn("it is not known yet who else has this device's name", e);
        sleeper.sleep(GLANCE);
      }
    }
  }

  private synchronized void begin() {
    listening = true;
    heard = clock.instant();
    other.ifPresent(profile -> LOG.warn("{}", sentence(profile)));
  }

  /** Whether no other machine of this name is there. */
  public synchronized boolean isAlone() {
    return listening && (other.isEmpty() || !heard.plus(SILENCE).isAfter(clock.instant()));
  }

  /**
   * Whether this machine may say that it is there. Of two that hear each other the one with the
   * lesser instance may, or both would fall silent, and begin again, together.
   */
  public synchronized boolean maySpeak() {
    return isAlone() || (spoke && other.filter(this::isGreater).isPresent());
  }

  private boolean isGreater(DeviceProfile profile) {
    int instances = profile.getInstance().compareTo(self.instance());
    int runs = profile.getAgentRun().compareTo(self.run());
    return instances > 0 || (instances == 0 && runs > 0);
  }

  private boolean isSelf(DeviceProfile profile) {
    String run = profile.getAgentRun();
    return profile.getInstance().equals(self.instance())
        && (run.isEmpty() || run.equals(self.run()) || run.equals(self.runBefore()));
  }

  private static String sentence(DeviceProfile profile) {
    return "Another machine says that it is the device %s (instance %s, kernel %s): while it is there, this one takes nothing. Give each machine its own name; one that was copied from another needs a new state folder, too."
        .formatted(profile.getDevice(), profile.getInstance(), profile.getKernel());
  }

  /** Why this machine takes nothing; empty while it does. */
  public synchronized List<String> reasons() {
    return isAlone() ? List.of() : other.map(Namesakes::sentence).stream().toList();
  }

  /** Waits until no other machine of this name is there. */
  public void awaitAlone() throws InterruptedException {
    while (!isAlone()) {
      sleeper.sleep(GLANCE);
    }
  }

  /** The same handler, which takes nothing while another machine has this one's name. */
  public <T> Wire.MessageHandler<T> alone(Wire.MessageHandler<T> handler) {
    return new Wire.MessageHandler<>() {
      @Override
      public void handle(String key, T message) throws Exception {
        awaitAlone();
        handler.handle(key, message);
      }

      @Override
      public void buried(String key, T message, Throwable cause) throws Exception {
        handler.buried(key, message, cause);
      }
    };
  }
}
