package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Order;
import io.godwit.checkpointer.migration.Prepared;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.testing.TestClock;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Preparation;
import io.godwit.contract.Template;
import io.godwit.isa.Isa;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class UnderWayTest {
  private final TestClock clock = new TestClock();
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final UnderWay underWay = new UnderWay(metrics, clock);
  private final Order order =
      Migration.accepted(
              MigrationRequest.newBuilder().setMigrationId("m").setFreezeBudgetMs(1000).build(),
              clock.instant())
          .order();
  private final Prepared prepared =
      new Prepared(
          clock.instant(),
          new Source("abc", Isa.X86_64, Isa.X86_64, List.of()),
          Preparation.getDefaultInstance(),
          Template.getDefaultInstance(),
          700);
  private final Standstill untouched = Standstill.untouched(1);

  private Migration claimed() {
    return new Migration.Claimed(
        order, prepared, untouched, Checkpoint.getDefaultInstance(), clock.instant());
  }

  private double in(String state) {
    return metrics.get("godwit.migrations").tag("state", state).gauge().value();
  }

  private double count(String counter) {
    return metrics.get(counter).counter().count();
  }

  @Test
  void everyMigrationIsCountedInTheOneStateThatItIsIn() throws InterruptedException {
    underWay.entered(new Migration.Pending(order));
    assertEquals(1, in("pending"));
    underWay.entered(claimed());
    assertEquals(0, in("pending"));
    assertEquals(1, in("claimed"));
    clock.sleep(Duration.ofSeconds(90));
    assertEquals(90, metrics.get("godwit.migrations.oldest").gauge().value());
    Migration failed = new Migration.Failed(order, Optional.empty());
    underWay.settled(new Migration.Settled(order, failed.state()));
    assertEquals(0, in("claimed"));
    assertEquals(0, metrics.get("godwit.migrations.oldest").gauge().value());
  }

  @Test
  void failedCountsAsUnrestoredOnlyAfterAClaim() {
    underWay.entered(new Migration.Preflight(order, clock.instant()));
    underWay.entered(new Migration.Failed(order, Optional.empty()));
    assertEquals(0, count("godwit.migrations.unrestored"));
    underWay.entered(claimed());
    underWay.entered(new Migration.Failed(order, Optional.empty()));
    assertEquals(1, count("godwit.migrations.unrestored"));
  }

  @Test
  void whoStoodStillLongerThanItsBudgetIsCounted() {
    underWay.stoodStill(claimed(), Duration.ofMillis(1000));
    assertEquals(0, count("godwit.migrations.overdrawn"));
    underWay.stoodStill(claimed(), Duration.ofMillis(1001));
    assertEquals(1, count("godwit.migrations.overdrawn"));
  }

  @Test
  void whatWasPredictedStandsBesideWhatWas() {
    underWay.entered(new Migration.Succeeded(order, prepared, untouched));
    var predicted = metrics.get("godwit.migration.predicted").timer();
    assertEquals(1, predicted.count());
    assertEquals(0.7, predicted.totalTime(TimeUnit.SECONDS), 1e-9);
  }
}
