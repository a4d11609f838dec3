package io.godwit.checkpointer.migration;

import io.godwit.contract.Checkpoint;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Preparation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that is known of one migration. A migration is its state: each type has what it surely has
 * there. Immutable; {@link Gate} is the way from one to the next.
 *
 * <p>Where the container runs can be read off the types. Up to {@link Rehearsing} nothing was
 * touched. From {@link Freezing} on the source is frozen at most, whole, in this machine's memory;
 * it ends only in {@link Succeeded}.
 */
public sealed interface Migration {
  /** What every state has. */
  Order order();

  State state();

  /** The same, with more known of what every state has. */
  Migration with(Order longer);

  /** Published, or about to be: somebody may claim, so the decision log decides. */
  sealed interface Published extends Migration {
    Prepared prepared();

    Standstill standstill();

    Checkpoint checkpoint();
  }

  /** It will not run on the device; what was done to the source, if anything, is undone. */
  sealed interface GivenUp extends Migration {}

  /** Accepted and journaled. */
  record Pending(Order order) implements Migration {
    @Override
    public State state() {
      return State.PENDING;
    }

    @Override
    public Pending with(Order longer) {
      return new Pending(longer);
    }
  }

  /** Looking for reasons why it cannot be; nothing is touched. */
  record Preflight(Order order, Instant expiresAt) implements Migration {
    @Override
    public State state() {
      return State.PREFLIGHT;
    }

    @Override
    public Preflight with(Order longer) {
      return new Preflight(longer, expiresAt);
    }
  }

  /**
   * The device tries the container out; nothing is touched.
   *
   * @param preparation empty until everything that goes ahead is uploaded
   */
  record Rehearsing(
      Order order, Instant expiresAt, Source source, Optional<Preparation> preparation)
      implements Migration {
    @Override
    public State state() {
      return State.REHEARSING;
    }

    @Override
    public Rehearsing with(Order longer) {
      return new Rehearsing(longer, expiresAt, source, preparation);
    }
  }

  /** Parking, freezing, dumping and uploading. Nothing is published: nobody can claim. */
  record Freezing(Order order, Prepared prepared, Standstill standstill) implements Migration {
    @Override
    public State state() {
      return State.FREEZING;
    }

    @Override
    public Freezing with(Order longer) {
      return new Freezing(longer, prepared, standstill);
    }

    public Freezing with(Standstill now) {
      return new Freezing(order, prepared, now);
    }
  }

  /**
   * The container stands frozen, everything is uploaded, and the checkpoint may be published: from
   * here on the decision log decides.
   */
  record Frozen(Order order, Prepared prepared, Standstill standstill, Checkpoint checkpoint)
      implements Published {
    @Override
    public State state() {
      return State.FROZEN;
    }

    @Override
    public Frozen with(Order longer) {
      return new Frozen(longer, prepared, standstill, checkpoint);
    }
  }

  /**
   * A device's Claim came first: it may run there, so no timer thaws the source.
   *
   * @param at when the Claim was first seen
   */
  record Claimed(
      Order order, Prepared prepared, Standstill standstill, Checkpoint checkpoint, Instant at)
      implements Published {
    @Override
    public State state() {
      return State.CLAIMED;
    }

    @Override
    public Claimed with(Order longer) {
      return new Claimed(longer, prepared, standstill, checkpoint, at);
    }
  }

  /** Nobody says whether it runs on the device; the source stands frozen until somebody does. */
  record InDoubt(Order order, Prepared prepared, Standstill standstill, Checkpoint checkpoint)
      implements Published {
    @Override
    public State state() {
      return State.IN_DOUBT;
    }

    @Override
    public InDoubt with(Order longer) {
      return new InDoubt(longer, prepared, standstill, checkpoint);
    }
  }

  /** The container runs on the device: the source is ended where it stands. */
  record Succeeded(Order order, Prepared prepared, Standstill standstill) implements Migration {
    @Override
    public State state() {
      return State.SUCCEEDED;
    }

    @Override
    public Succeeded with(Order longer) {
      return new Succeeded(longer, prepared, standstill);
    }
  }

  /** It cannot be moved, or the device could not restore it. */
  record Failed(Order order, Optional<Touched> touched) implements GivenUp {
    @Override
    public State state() {
      return State.FAILED;
    }

    @Override
    public Failed with(Order longer) {
      return new Failed(longer, touched);
    }
  }

  /** An Abort came first. */
  record Aborted(Order order, Optional<Touched> touched) implements GivenUp {
    @Override
    public State state() {
      return State.ABORTED;
    }

    @Override
    public Aborted with(Order longer) {
      return new Aborted(longer, touched);
    }
  }

  /**
   * The frozen processes are gone – the machine or its Engine was restarted – and the source does
   * not run yet: it is restored from its own checkpoint, and nothing is deleted before it runs.
   */
  record SourceDown(Order order, Touched source) implements Migration {
    @Override
    public State state() {
      return State.SOURCE_DOWN;
    }

    @Override
    public SourceDown with(Order longer) {
      return new SourceDown(longer, source);
    }
  }

  /**
   * The source runs on.
   *
   * @param frozenAt since when it had stood still; empty where it never did
   */
  record RolledBack(Order order, Optional<Instant> frozenAt) implements Migration {
    @Override
    public State state() {
      return State.ROLLED_BACK;
    }

    @Override
    public RolledBack with(Order longer) {
      return new RolledBack(longer, frozenAt);
    }
  }

  /**
   * Nothing is left to do.
   *
   * @param state the last one that was entered
   */
  record Settled(Order order, State state) implements Migration {
    @Override
    public Settled with(Order longer) {
      return new Settled(longer, state);
    }
  }

  /**
   * A source that may have been touched.
   *
   * @param preparation what went ahead, for what it says of the container
   * @param stored what of its dump is in the blob store, for when the disk has lost it; empty
   *     unless everything of it is there
   */
  record Touched(
      Source source, Preparation preparation, Standstill standstill, Optional<Checkpoint> stored) {
    /** See {@link Standstill#goingOn}: what is in the store is history, too. */
    public Touched goingOn() {
      return new Touched(source, preparation, standstill.goingOn(), Optional.empty());
    }
  }

  /** A migration that was just accepted. */
  static Pending accepted(MigrationRequest request, Instant now) {
    String message =
        "%s to move container %s from %s to %s"
            .formatted(
                request.getRequestedBy().isEmpty() ? "asked" : request.getRequestedBy() + " asked",
                request.getContainer(),
                request.getHost(),
                request.getDevice());
    return new Pending(
        new Order(request, List.of(new HistoryLine(State.PENDING, now, message)), List.of()));
  }

  default String id() {
    return order().id();
  }

  default MigrationRequest request() {
    return order().request();
  }

  default boolean settled() {
    return this instanceof Settled;
  }

  /** With one more phase; see {@link Order#withPhase}. */
  default Migration withPhase(PhaseTime phase) {
    return with(order().withPhase(phase));
  }

  /** The source container's full id, where preflight has found it and there is work left on it. */
  default Optional<String> containerId() {
    return switch (this) {
      case Pending _, Preflight _, RolledBack _, Settled _ -> Optional.empty();
      case Rehearsing rehearsing -> Optional.of(rehearsing.source().containerId());
      case Freezing freezing -> Optional.of(freezing.prepared().source().containerId());
      case Frozen frozen -> Optional.of(frozen.prepared().source().containerId());
      case Claimed claimed -> Optional.of(claimed.prepared().source().containerId());
      case InDoubt doubt -> Optional.of(doubt.prepared().source().containerId());
      case Succeeded success -> Optional.of(success.prepared().source().containerId());
      case Failed failed -> failed.touched().map(touched -> touched.source().containerId());
      case Aborted aborted -> aborted.touched().map(touched -> touched.source().containerId());
      case SourceDown down -> Optional.of(down.source().source().containerId());
    };
  }

  /** What was done to the source and is not undone yet. */
  default Optional<Touched> touched() {
    return switch (this) {
      case Pending _, Preflight _, RolledBack _, Settled _, Rehearsing _ -> Optional.empty();
      case Freezing freezing ->
          touched(freezing.prepared(), freezing.standstill(), Optional.empty());
      case Published published ->
          touched(
              published.prepared(), published.standstill(), Optional.of(published.checkpoint()));
      case Succeeded success -> touched(success.prepared(), success.standstill(), Optional.empty());
      case Failed failed -> failed.touched();
      case Aborted aborted -> aborted.touched();
      case SourceDown down -> Optional.of(down.source());
    };
  }

  private static Optional<Touched> touched(
      Prepared prepared, Standstill standstill, Optional<Checkpoint> stored) {
    return standstill.isUntouched()
        ? Optional.empty()
        : Optional.of(new Touched(prepared.source(), prepared.preparation(), standstill, stored));
  }
}
