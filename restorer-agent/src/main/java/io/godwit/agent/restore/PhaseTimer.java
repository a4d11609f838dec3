package io.godwit.agent.restore;

import io.godwit.contract.PhaseTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Times the agent's phases. The container stands still in all of them. */
final class PhaseTimer {
  private final Clock clock;
  private final List<PhaseTime> phases = new ArrayList<>();
  private long begin;

  PhaseTimer(Clock clock) {
    this.clock = clock;
    this.begin = clock.millis();
  }

  /** The phase that began when the one before ended is over. */
  void ended(String phase, long bytes) {
    long now = clock.millis();
    phases.add(
        PhaseTime.newBuilder()
            .setPhase(phase)
            .setBeginMs(begin)
            .setDurationMs(Math.max(0, now - begin))
            .setBytes(bytes)
            .setFrozen(true)
            .build());
    begin = now;
  }

  List<PhaseTime> phases() {
    return List.copyOf(phases);
  }
}
