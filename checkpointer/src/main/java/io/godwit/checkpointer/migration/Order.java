package io.godwit.checkpointer.migration;

import io.godwit.contract.MigrationRequest;
import io.godwit.contract.PhaseTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What every migration has from its first moment to its last: what was asked for, and what has
 * become of it so far.
 *
 * @param history every state that was entered, the first being Pending
 * @param phases what took how long
 */
public record Order(MigrationRequest request, List<HistoryLine> history, List<PhaseTime> phases) {
  /** How long a container may stand still where a request says nothing. */
  public static final Duration STANDARD_FREEZE_BUDGET = Duration.ofSeconds(60);

  public Order {
    history = List.copyOf(history);
    phases = List.copyOf(phases);
  }

  /** The migration's UUID in its canonical form. */
  public String id() {
    return request.getMigrationId();
  }

  /** When it was accepted. */
  public Instant acceptedAt() {
    return history.getFirst().at();
  }

  /** Why it is in the state in which it is. */
  public String lastMessage() {
    return history.getLast().message();
  }

  /** How long the container may stand still at most, until somebody has claimed it. */
  public Duration freezeBudget() {
    return request.getFreezeBudgetMs() == 0
        ? STANDARD_FREEZE_BUDGET
        : Duration.ofMillis(request.getFreezeBudgetMs());
  }

  /** With one more phase, or with that phase's newest times where it was gone through before. */
  public Order withPhase(PhaseTime phase) {
    List<PhaseTime> all = new ArrayList<>(phases);
    all.removeIf(known -> known.getPhase().equals(phase.getPhase()));
    all.add(phase);
    return new Order(request, history, all);
  }

  Order with(HistoryLine line) {
    List<HistoryLine> longer = new ArrayList<>(history);
    longer.add(line);
    return new Order(request, longer, phases);
  }
}
