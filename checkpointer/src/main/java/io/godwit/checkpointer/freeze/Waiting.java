package io.godwit.checkpointer.freeze;

import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.time.Clock;

/** How this machine's time passes, and what is done beside other work. */
public record Waiting(Clock clock, Sleeper sleeper, Threads threads) {}
