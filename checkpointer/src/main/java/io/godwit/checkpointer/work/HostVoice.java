package io.godwit.checkpointer.work;

import io.godwit.contract.HostProfile;
import io.godwit.contract.HostRecord;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import io.godwit.service.Threads;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Announces what this host has, at once and then every few seconds. */
public final class HostVoice implements AutoCloseable {
  /** How often a host is heard. */
  public static final Duration PERIOD = Duration.ofSeconds(15);

  private static final Duration STOP = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(HostVoice.class);

  private final Supplier<HostProfile> look;
  private final Publisher publisher;
  private final Threads.Bell end;
  private final Threads.Started speaking;

  /** Starts. */
  public HostVoice(Supplier<HostProfile> look, Publisher publisher, Threads threads) {
    this.look = look;
    this.publisher = publisher;
    this.end = threads.bell();
    this.speaking = threads.start("host-voice", this::speak);
  }

  private void speak() {
    try {
      do {
        announce();
      } while (!end.await(PERIOD));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void announce() {
    try {
      HostProfile profile = look.get();
      publisher.publish(
          Topic.HOSTS,
          "host/" + profile.getHost(),
          HostRecord.newBuilder().setProfile(profile).build());
    } catch (Throwable e) {
      // One word that fails, of an Error even, must not be the last.
      LOG.warn("this host could not be announced: {}", e.toString());
    }
  }

  @Override
  public void close() {
    end.ring();
    speaking.stop(STOP);
  }
}
