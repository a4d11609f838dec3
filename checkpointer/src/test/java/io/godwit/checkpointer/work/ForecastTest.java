package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.checkpointer.pages.Convergence;
import io.godwit.checkpointer.pages.Convergence.Round;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ForecastTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration RESTORE = Duration.ofMillis(300);

  /** 1 GiB, at 1 GiB/s. */
  private static final Round ALL = new Round(true, 1 << 30, 0, Duration.ZERO, SECOND);

  private static Forecast after(Round... rounds) {
    return Forecast.of(new Convergence(List.of(rounds)), SECOND, RESTORE);
  }

  private static Round written(long bytes) {
    return new Round(false, bytes, 0, SECOND, SECOND);
  }

  @Test
  void containerWithoutMemoryStandsForTheFixedPartsAndTheRehearsedRestore() {
    assertEquals(Duration.ofMillis(800), after().time());
  }

  @Test
  void memoryThatIsThereCostsItsDumpAndRestoreAndWhatIsLeftItsSending() {
    assertEquals(Duration.ofMillis(2848), after(ALL, written(0)).time());
    assertEquals(Duration.ofMillis(2848 + 500), after(ALL, written(1 << 29)).time());
  }

  @Test
  void allOfItIsLeftWhereOnlyTheFirstRoundWentAhead() {
    assertEquals(Duration.ofMillis(2848 + 1000), after(ALL).time());
  }

  @Test
  void whoWritesFasterThanCanBeSentHearsBothRates() {
    assertEquals(
        "It writes 1073.7 MB/s of memory, and 1073.7 MB/s reach the device. The container would stand still for about 3848 ms.",
        after(ALL, written(1 << 30)).words());
    assertEquals(
        "The container would stand still for about 3348 ms.", after(ALL, written(1 << 29)).words());
  }
}
