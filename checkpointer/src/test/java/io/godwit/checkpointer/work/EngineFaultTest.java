package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.testing.Crash;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.InMemory;
import io.godwit.checkpointer.testing.Service;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Engine fails at each call in turn: once, in every way in which it can. */
final class EngineFaultTest {
  private static final int MORE_THAN_THERE_ARE = 500;

  @TempDir(factory = InMemory.class)
  private Path folder;

  /** How a call fails. */
  enum Failure {
    REFUSED(500, false),
    REFUSED_BUT_DONE(500, true),
    LOST(0, false),
    LOST_BUT_DONE(0, true);

    private final int status;
    private final boolean isDone;

    Failure(int status, boolean isDone) {
      this.status = status;
      this.isDone = isDone;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCEED, REFUSED",
    "SUCCEED, LOST_BUT_DONE",
    "FAIL, REFUSED",
    "FAIL, REFUSED_BUT_DONE",
    "FAIL, LOST",
    "FAIL, LOST_BUT_DONE",
    "IGNORE, REFUSED"
  })
  void containerRunsOnExactlyOneMachineWhicheverCallFails(Device.Will will, Failure failure)
      throws IOException {
    for (int call = 0; call < MORE_THAN_THERE_ARE; call++) {
      FakeHost host = new FakeHost(Files.createDirectories(folder.resolve("" + call)), will);
      long born = host.program().random();
      AtomicInteger left = new AtomicInteger(call);
      AtomicReference<Optional<String>> where = new AtomicReference<>(Optional.empty());
      host.setBetween(engine -> failing(engine, failure, left, where));
      Service service = host.start(new Crash(-1));
      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () -> service.worker().run(service.accept(FakeHost.request().build())),
          () -> "never ends after " + where.get());
      String how = "%s, %s at %s: %s".formatted(will, failure, where.get(), service.said());
      Migration end = service.journal().find(FakeHost.ID).orElseThrow();
      assertTrue(end.settled(), how);
      assertNotEquals(host.runs(), host.device().runs(), how);
      assertTrue(host.violations().isEmpty(), host.violations() + how);
      if (host.runs()) {
        assertEquals(born, host.program().random(), how);
        assertEquals("always", host.engine().restartPolicy(), how);
      } else {
        assertEquals("no", host.engine().restartPolicy(), how);
      }
      if (where.get().isEmpty()) {
        assertTrue(call > 3, "nothing was asked for");
        return;
      }
    }
    throw new AssertionError("no end of calls");
  }

  private static DockerEngine failing(
      DockerEngine engine,
      Failure failure,
      AtomicInteger left,
      AtomicReference<Optional<String>> where) {
    return (DockerEngine)
        Proxy.newProxyInstance(
            EngineFaultTest.class.getClassLoader(),
            new Class<?>[] {DockerEngine.class},
            (proxy, method, arguments) -> {
              boolean fails = left.getAndDecrement() == 0;
              try {
                Object answer = fails && !failure.isDone ? null : method.invoke(engine, arguments);
                if (fails) {
                  where.set(Optional.of(method.getName()));
                  String said = "drawn: " + method.getName();
                  throw failure.status == 0
                      ? new DockerException.Silent(said)
                      : new DockerException.Refused(failure.status, said);
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
