package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Crash;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.InMemory;
import io.godwit.checkpointer.testing.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The checkpointer is killed before and after each thing it does that others see, and started
 * again: however it goes, the container runs in the end on exactly one machine, where it stood.
 */
final class CrashTest {
  private static final int MORE_THAN_THERE_ARE = 500;

  @TempDir(factory = InMemory.class)
  private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Device.Will.class,
      names = {"REFUSE", "SUCCEED", "FAIL", "IGNORE"})
  void containerRunsOnExactlyOneMachineWhereverTheServiceIsKilled(Device.Will will)
      throws IOException {
    for (int moment = 0; moment < MORE_THAN_THERE_ARE; moment++) {
      FakeHost host = host(will, moment);
      long born = host.program().random();
      Optional<String> where = runKilledAt(host, moment);
      String how = will + where.map(w -> ", killed " + w).orElse(", unharmed");
      assertOneRuns(host, born, how);
      assertEquals(will == Device.Will.SUCCEED, host.device().runs(), how + ": it goes on");
      if (where.isEmpty()) {
        assertTrue(moment > 3, "nothing was there to be killed at");
        return;
      }
    }
    throw new AssertionError("no end of things to be killed at");
  }

  @Test
  void aDumpThatFailsLeavesTheContainerRunningWhereverTheServiceIsKilled() throws IOException {
    for (int moment = 0; moment < MORE_THAN_THERE_ARE; moment++) {
      FakeHost host = host(Device.Will.SUCCEED, moment);
      host.engine().setDumpFails(true);
      long born = host.program().random();
      Optional<String> where = runKilledAt(host, moment);
      assertOneRuns(host, born, "killed " + where);
      assertTrue(host.program().pid().isPresent());
      if (where.isEmpty()) {
        return;
      }
    }
    throw new AssertionError("no end of things to be killed at");
  }

  @ParameterizedTest
  @EnumSource(
      value = Device.Will.class,
      names = {"SUCCEED", "IGNORE"})
  void aPowerCutLosesNothingThatIsInTheStoreWhereverItComes(Device.Will will) throws IOException {
    everythingGoesDown(will, FakeHost::cutPower, CrashTest::isStored);
  }

  @ParameterizedTest
  @EnumSource(
      value = Device.Will.class,
      names = {"SUCCEED", "FAIL"})
  void anEngineThatEndsWithItsContainersLosesNothingThatWasDumped(Device.Will will)
      throws IOException {
    everythingGoesDown(will, FakeHost::restartEngine, CrashTest::isDumped);
  }

  private static boolean isStored(Migration.Touched touched) {
    return touched.stored().isPresent();
  }

  private static boolean isDumped(Migration.Touched touched) {
    return touched.standstill().hasDump();
  }

  /** The service is killed, and then all that runs on its machine is. */
  private void everythingGoesDown(
      Device.Will will, Consumer<FakeHost> goes, Predicate<Migration.Touched> isKept)
      throws IOException {
    for (int moment = 0; moment < MORE_THAN_THERE_ARE; moment++) {
      FakeHost host = host(will, moment);
      host.engine().setMayStartAfresh(true);
      long born = host.program().random();
      Crash crash = new Crash(moment);
      Service first = host.start(crash);
      try {
        first.worker().run(first.accept(FakeHost.request().build()));
        return;
      } catch (Crash.Killed e) {
        String how = will + ", killed " + crash.where();
        Migration left = first.journal().find(FakeHost.ID).orElseThrow();
        boolean kept = left.touched().filter(isKept).isPresent();
        goes.accept(host);
        Service second = host.start(new Crash(-1));
        if (!left.settled()) {
          second.worker().run(left);
        }
        Migration end = second.journal().find(FakeHost.ID).orElseThrow();
        assertTrue(end.settled(), how);
        assertTrue(host.violations().isEmpty(), how + ": " + host.violations());
        assertNotEquals(host.runs(), host.device().runs(), how + ": one runs, " + end.order());
        if (kept && host.runs()) {
          assertEquals(born, host.program().random(), how + ": it is the same process");
        }
        assertEquals(host.runs() ? "always" : "no", host.engine().restartPolicy(), how);
      }
    }
    throw new AssertionError("no end of things to be killed at");
  }

  private FakeHost host(Device.Will will, int moment) throws IOException {
    return new FakeHost(Files.createDirectories(folder.resolve(will + "-" + moment)), will);
  }

  /** Runs a service that is killed, and then one that is not. */
  private static Optional<String> runKilledAt(FakeHost host, int moment) throws IOException {
    Crash crash = new Crash(moment);
    Service first = host.start(crash);
    try {
      first.worker().run(first.accept(FakeHost.request().build()));
    } catch (Crash.Killed e) {
      Service second = host.start(new Crash(-1));
      Migration left = second.journal().find(FakeHost.ID).orElseThrow();
      if (!left.settled()) {
        second.worker().run(left);
      }
    }
    Migration end = host.start(new Crash(-1)).journal().find(FakeHost.ID).orElseThrow();
    assertTrue(end.settled(), crash.where() + ": settled, not " + end.state());
    return crash.where();
  }

  private static void assertOneRuns(FakeHost host, long born, String how) throws IOException {
    Migration end = host.start(new Crash(-1)).journal().find(FakeHost.ID).orElseThrow();
    boolean here = host.runs();
    assertNotEquals(here, host.device().runs(), how + ": one runs");
    assertEquals(host.device().runs(), end.state() == State.SUCCEEDED, how + ": " + end.state());
    assertTrue(host.violations().isEmpty(), how + ": " + host.violations());
    assertFalse(host.hasCheckpoint(), how + ": no dump lies about");
    if (here) {
      assertEquals(born, host.program().random(), how + ": it is the same process");
      assertFalse(host.program().isDisturbed(), how + ": it is not parked");
      assertEquals("always", host.engine().restartPolicy(), how);
    } else {
      assertEquals("no", host.engine().restartPolicy(), how);
    }
  }
}
