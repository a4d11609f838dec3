package io.godwit.batch.plan;

import io.godwit.batch.spec.Outcome;
import io.godwit.batch.spec.Window;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Stage;
import io.godwit.batch.state.Stage.Hold;
import io.godwit.batch.state.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What keeps a whole batch from starting anything more at this moment. */
public final class Brakes {
  private Brakes() {}

  /** The first that holds. */
  public static Optional<Wait> of(Batch batch, Instant now) {
    return stage(batch)
        .or(() -> hold(batch.hold()))
        .or(() -> window(batch, now))
        .or(() -> gate(batch, now))
        .or(() -> overall(batch))
        .or(() -> rate(batch, now));
  }

  private static Optional<Wait> stage(Batch batch) {
    return switch (batch.stage()) {
      case Stage.Asked _ -> wait("planning", "no controller has planned it yet");
      case Stage.Checking _ when batch.unchecked() > 0 ->
          wait(
              "checks",
              "the hosts of %d containers have not said yet whether they can move"
                  .formatted(batch.unchecked()));
      case Stage.Checking _ when batch.wantsApproval() ->
          wait("approval", "waits for: godwit batch approve " + batch.id());
      case Stage.Checking _ -> wait("checks", "is about to begin");
      case Stage.Running _ -> Optional.empty();
      case Stage.Over over -> wait("over", over.how());
    };
  }

  private static Optional<Wait> hold(Hold hold) {
    return switch (hold) {
      case Hold.None _ -> Optional.empty();
      case Hold.Paused(String by, String reason) ->
          wait("paused", "paused by %s%s".formatted(by, because(reason)));
      case Hold.AtGate(String reason) -> wait("gate", reason);
      case Hold.Stopped(String reason) -> wait("stopped", "stopped: " + reason);
      case Hold.Aborting(String by, String reason) ->
          wait("aborting", "aborted by %s%s".formatted(by, because(reason)));
    };
  }

  private static String because(String reason) {
    return reason.isEmpty() ? "" : " (" + reason + ")";
  }

  private static Optional<Wait> window(Batch batch, Instant now) {
    if (batch.spec().window().isEmpty()) {
      return Optional.empty();
    }
    Window.Now at = batch.spec().window().get().at(now, batch.goesOnSince());
    return at.open()
        ? Optional.empty()
        : wait("window", "its window opens at %s".formatted(at.until()));
  }

  private static Optional<Wait> gate(Batch batch, Instant now) {
    if (batch.wave() >= batch.roster().waves().size()) {
      return Optional.empty();
    }
    Tally wave = batch.roster().waves().get(batch.wave());
    if (wave.open() > 0) {
      return Optional.empty();
    }
    Instant soaked = wave.lastEnd().plus(batch.spec().gate().soak());
    return now.isBefore(soaked)
        ? wait("soak", "wave %d soaks until %s".formatted(batch.wave() + 1, soaked))
        : wait("gate", "the gate behind wave %d is looked at".formatted(batch.wave() + 1));
  }

  private static Optional<Wait> overall(Batch batch) {
    int most = batch.spec().limits().overall();
    return batch.roster().flying().size() >= most
        ? wait("overall", "%d of %d are under way".formatted(batch.roster().flying().size(), most))
        : Optional.empty();
  }

  private static Optional<Wait> rate(Batch batch, Instant now) {
    return nextStart(batch)
        .filter(now::isBefore)
        .map(next -> new Wait("rate", "its rate lets the next begin at %s".formatted(next)));
  }

  /** When its rate lets it start the next; empty: at any time. */
  static Optional<Instant> nextStart(Batch batch) {
    return batch
        .spec()
        .rate()
        .map(rate -> {
          Duration between = rate.between(batch.roster().all().of(Outcome.SUCCEEDED));
          return batch.lastStart().plus(between);
        });
  }

  private static Optional<Wait> wait(String kind, String words) {
    return Optional.of(new Wait(kind, words));
  }
}
