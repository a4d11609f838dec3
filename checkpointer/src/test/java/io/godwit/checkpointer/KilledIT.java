package io.godwit.checkpointer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.Service;
import io.godwit.contract.MigrationRequest;
import io.godwit.docker.DockerEngine;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The checkpointer dies while it works on a container of this machine's own Engine: what it was to
 * do next it never does.
 */
final class KilledIT extends OnRealHost {
  private static final long BUDGET_MS = 600_000;

  @Test
  void killedBeforeThePauseGoesOnFromTheStart() throws Exception {
    String name = counter();
    MigrationRequest request = killedAt("pause", false, name);
    assertTrue(host.container(name).runs());
    rollsBack(name, request);
  }

  @Test
  void killedAfterThePauseThawsAndGoesOnFromTheStart() throws Exception {
    String name = counter();
    MigrationRequest request = killedAt("pause", true, name);
    await().atMost(PATIENCE).until(() -> host.container(name).status().equals("paused"));
    rollsBack(name, request);
  }

  @Test
  void killedWhileTheEngineDumpsLeavesNothingFrozen() throws Exception {
    String name = counter();
    MigrationRequest request = killedAt("checkpoint", true, name);
    assertFalse(host.container(name).runs());
    rollsBack(name, request);
  }

  /** The device fails in the end; the container counts on without a gap. */
  private void rollsBack(String name, MigrationRequest request) throws Exception {
    Service service = host.start(host.blobs(), LONG);
    Migration end = awaitEnd(service, request);
    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertTrue(service.said().getLast().contains("CRIU refused"), () -> service.said().toString());
    assertEquals("unless-stopped", policy(name));
    assertCountsOn(name, last(name));
  }

  /**
   * A checkpointer that dies when it asks this of the Engine.
   *
   * @param asked whether the Engine still hears it, and goes on without us
   */
  private MigrationRequest killedAt(String call, boolean asked, String name) throws Exception {
    host.device(Device.Will.FAIL);
    CountDownLatch dead = new CountDownLatch(1);
    InvocationHandler dying =
        (proxy, method, arguments) -> {
          if (method.getName().equals(call) || dead.getCount() == 0) {
            if (asked && dead.getCount() > 0) {
              Thread.ofPlatform().start(() -> invoke(method, arguments));
            }
            dead.countDown();
            // Never comes back, whoever interrupts it.
            while (true) {
              try {
                Thread.sleep(Long.MAX_VALUE);
              } catch (InterruptedException e) {
                assertTrue(dead.getCount() == 0);
              }
            }
          }
          return invoke(method, arguments);
        };
    DockerEngine engine =
        (DockerEngine)
            Proxy.newProxyInstance(
                DockerEngine.class.getClassLoader(), new Class<?>[] {DockerEngine.class}, dying);
    Service killed = host.start(host.blobs(), LONG, engine);
    MigrationRequest request = RealHost.request(name).setFreezeBudgetMs(BUDGET_MS).build();
    killed.worker().begin(killed.accept(request));
    assertTrue(dead.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    return request;
  }

  private Object invoke(Method method, Object[] arguments) {
    try {
      return method.invoke(host.engine(), arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
