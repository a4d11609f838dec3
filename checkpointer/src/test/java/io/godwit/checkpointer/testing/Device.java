package io.godwit.checkpointer.testing;

import io.godwit.contract.Attempt;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Claim;
import io.godwit.contract.Decision;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Failed;
import io.godwit.contract.IsaName;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.PagesHeld;
import io.godwit.contract.Preparation;
import io.godwit.contract.Refusal;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Succeeded;
import io.godwit.contract.Template;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;

/**
 * An ARM64 device (and the converter before it) as the checkpointer sees them: it answers
 * preparations, and claims checkpoints by the log's rules.
 */
public final class Device {
  /** Its name. */
  public static final String NAME = "phone";

  /** Tells it from another of its name. */
  public static final String INSTANCE = "phone-1";

  /** What it does. */
  public enum Will {
    /** Refuses in the rehearsal. */
    REFUSE,
    /** Claims, restores and says so. */
    SUCCEED,
    /** Claims and fails. */
    FAIL,
    /** Never claims. */
    IGNORE,
    /** Claims and is never heard of again. */
    VANISH
  }

  private final Will will;
  private final MemoryLog log;
  private final Clock clock;
  private volatile boolean runs;

  /**
   * @param answers takes what it says of preparations
   */
  public Device(
      Will will,
      MemoryLog log,
      MemoryPublisher publisher,
      Consumer<Rehearsal> answers,
      Clock clock) {
    this.will = will;
    this.log = log;
    this.clock = clock;
    publisher.listen(record -> {
      if (record.topic() == Topic.PREPARATIONS) {
        answers.accept(rehearse((Preparation) record.value()));
      } else if (record.topic() == Topic.PAGES) {
        answers.accept(held((PagesAhead) record.value()));
      } else if (record.topic() == Topic.CHECKPOINTS) {
        restore((Checkpoint) record.value());
      }
    });
  }

  /** Whether the container runs on it. */
  public boolean runs() {
    return runs;
  }

  /** A profile with nothing wrong with it. */
  public static DeviceProfile.Builder profile(Clock clock) {
    return DeviceProfile.newBuilder()
        .setDevice(NAME)
        .setIsa(IsaName.AARCH64)
        .setVaBits(48)
        .setPageSize(4096)
        .setKernel("6.12")
        .setCriuVersion("4.1.1")
        .setDockerVersion("26.1.5")
        .setStorageDriver("overlay2")
        .setCgroupVersion(2)
        .setFreeBytes(64L << 30)
        .setInstance(INSTANCE)
        .setHeartbeatMs(clock.millis());
  }

  private Rehearsal rehearse(Preparation preparation) {
    Rehearsal.Builder answer =
        Rehearsal.newBuilder()
            .setMigrationId(preparation.getMigrationId())
            .setHost(preparation.getHost())
            .setDevice(preparation.getDevice());
    return will == Will.REFUSE
        ? answer
            .setRefusal(Refusal.newBuilder().addReasons("Port 80 is taken.").addReasons("No room."))
            .build()
        : answer
            .setTemplate(Template.newBuilder().setCriuVersion("4.1.1").setDeviceInstance(INSTANCE))
            .build();
  }

  private static Rehearsal held(PagesAhead pages) {
    return Rehearsal.newBuilder()
        .setMigrationId(pages.getMigrationId())
        .setHost(pages.getHost())
        .setDevice(pages.getDevice())
        .setPagesHeld(PagesHeld.newBuilder().setRound(pages.getRound()))
        .build();
  }

  private void restore(Checkpoint checkpoint) {
    String id = checkpoint.getMigrationId();
    if (will == Will.IGNORE || !log.read(id).isEmpty()) {
      return;
    }
    Attempt attempt = checkpoint.getAttempt();
    Claim claim =
        Claim.newBuilder()
            .setDevice(NAME)
            .setInstance(INSTANCE)
            .setAgentRun("1")
            .setAttempt(attempt)
            .build();
    List<Decision> decisions = log.append(decision(id).setClaim(claim).build());
    if (!(Verdict.of(decisions, attempt) instanceof Verdict.Claimed) || will == Will.VANISH) {
      return;
    }
    if (will == Will.FAIL) {
      log.append(
          decision(id)
              .setFailed(
                  Failed.newBuilder()
                      .setDevice(NAME)
                      .setInstance(INSTANCE)
                      .setAttempt(attempt)
                      .setReason("CRIU refused")
                      .addLog("Error (x)"))
              .build());
      return;
    }
    runs = true;
    log.append(
        decision(id)
            .setSucceeded(
                Succeeded.newBuilder()
                    .setDevice(NAME)
                    .setInstance(INSTANCE)
                    .setAttempt(attempt)
                    .setContainerId("arm")
                    .addProof("Its memory is that of the checkpoint.")
                    .setRunningAtMs(clock.millis()))
            .build());
  }

  private Decision.Builder decision(String id) {
    return Decision.newBuilder().setMigrationId(id).setAtMs(clock.millis());
  }
}
