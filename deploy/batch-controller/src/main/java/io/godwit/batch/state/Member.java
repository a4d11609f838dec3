package io.godwit.batch.state;

import io.godwit.batch.spec.Outcome;
import io.godwit.contract.BatchMember;
import io.godwit.contract.ContainerChecked;
import io.godwit.contract.MemberEnded;
import io.godwit.contract.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A container of a batch. Which it is was fixed at the start; where it goes is known once it is on
 * its way.
 *
 * @param index its number in the batch, from 0
 * @param wave counted from 0
 * @param device where it was to go when the batch was planned; empty: no device could take it
 * @param policy as {@link io.godwit.batch.spec.Spec#policy}
 * @param reasons why it could not move, as far as the controller saw
 */
public record Member(
    int index,
    String host,
    String containerId,
    String name,
    String image,
    int wave,
    String device,
    long memoryBytes,
    int policy,
    List<String> reasons,
    Optional<Check> check,
    Now now) {
  public Member {
    reasons = List.copyOf(reasons);
  }

  /**
   * What its host has said by looking alone.
   *
   * @param freezeMs how long it would stand still
   * @param bytes that would be moved at most
   */
  public record Check(
      String way, long freezeMs, long bytes, List<Reason> refusals, List<String> warnings) {
    public Check {
      refusals = List.copyOf(refusals);
      warnings = List.copyOf(warnings);
    }
  }

  /** Where it stands. */
  public sealed interface Now {
    /**
     * For its turn.
     *
     * @param attempts that have been
     * @param notBefore after a failure; before that {@link Instant#EPOCH}
     */
    record Waiting(int attempts, Instant notBefore) implements Now {}

    /**
     * Its places on host and device are taken, and its migration is asked for.
     *
     * @param attempt counted from 1
     * @param notAfter when its host begins no more
     * @param deadline when it is to be over
     * @param givenUp what it ends as where it was asked to be given up; empty: it was not
     */
    record Flying(
        int attempt,
        String device,
        String migrationId,
        Instant since,
        Instant notAfter,
        Instant deadline,
        Optional<GivenUp> givenUp)
        implements Now {
      Flying with(GivenUp said) {
        return new Flying(
            attempt, device, migrationId, since, notAfter, deadline, Optional.of(said));
      }
    }

    /**
     * Nothing more happens by itself.
     *
     * @param attempts 0: it was refused before it was asked for
     * @param migrationId empty where there were no attempts
     */
    record Done(
        int attempts,
        String device,
        String migrationId,
        Outcome outcome,
        String message,
        List<Reason> refusals,
        Figures figures,
        Instant at)
        implements Now {
      public Done {
        refusals = List.copyOf(refusals);
      }

      static Done of(
          MemberEnded ended, Outcome outcome, String device, String migrationId, Instant at) {
        return new Done(
            ended.getAttempt(),
            device,
            migrationId,
            outcome,
            ended.getMessage(),
            ended.getRefusalsList(),
            new Figures(ended.getFrozenMs(), ended.getBytes(), ended.getForecastMs()),
            at);
      }
    }

    /** It does not move: its policy says so. */
    record LeftOut() implements Now {}
  }

  /**
   * It was asked to be given up.
   *
   * @param tooLate a device had claimed it
   */
  public record GivenUp(Outcome outcome, boolean tooLate, String message) {}

  /**
   * What moving it took.
   *
   * @param forecastMs how long the rehearsal said it would stand still; 0: it came to none
   */
  public record Figures(long frozenMs, long bytes, long forecastMs) {
    /** Of one that did not move. */
    public static final Figures NONE = new Figures(0, 0, 0);
  }

  Member with(Now next) {
    return inWave(wave, next);
  }

  Member inWave(int another, Now next) {
    return with(another, memoryBytes, check, next);
  }

  Member with(ContainerChecked found) {
    Check looked =
        new Check(
            found.getWay(),
            found.getFreezeMs(),
            found.getBytes(),
            found.getRefusalsList(),
            found.getWarningsList());
    long memory = found.getMemoryBytes() == 0 ? memoryBytes : found.getMemoryBytes();
    return with(wave, memory, Optional.of(looked), now);
  }

  /** Who and where it is stays; what is known of it does not. */
  private Member with(int inWave, long memory, Optional<Check> looked, Now next) {
    return new Member(
        index,
        host,
        containerId,
        name,
        image,
        inWave,
        device,
        memory,
        policy,
        reasons,
        looked,
        next);
  }

  static Member planned(BatchMember line, Now now) {
    return new Member(
        line.getIndex(),
        line.getHost(),
        line.getContainerId(),
        line.getName(),
        line.getImage(),
        line.getWave(),
        line.getDevice(),
        line.getMemoryBytes(),
        line.getPolicy(),
        line.getReasonsList(),
        Optional.empty(),
        now);
  }

  /** Whether something may still happen by itself. */
  public boolean isOpen() {
    return now instanceof Now.Waiting || now instanceof Now.Flying;
  }
}
