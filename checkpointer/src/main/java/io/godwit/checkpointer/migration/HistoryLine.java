package io.godwit.checkpointer.migration;

import java.time.Instant;

/**
 * One transition.
 *
 * @param state entered
 * @param message why, one sentence or more
 */
public record HistoryLine(State state, Instant at, String message) {}
