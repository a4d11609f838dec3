package io.godwit.checkpointer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.Service;
import io.godwit.contract.MigrationRequest;
import io.godwit.docker.DockerEngine;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** The checkpointer is killed while it works on a container of this machine's own Engine. */
final class KilledIT extends OnRealHost {
  @Test
  void killedAfterTheDumpGoesOnAndRollsBackWhenTheDeviceFails() throws Exception {
    String name = counter();
    host.device(Device.Will.FAIL);
    Service killed = host.start(new Dying(host.blobs(), () -> !host.container(name).runs()), LONG);
    MigrationRequest request = RealHost.request(name).build();
    killed.worker().begin(killed.accept(request));
    await()
        .atMost(PATIENCE)
        .until(
            () -> killed.journal().find(request.getMigrationId()).orElseThrow().touch().dumped());
    assertFalse(host.container(name).runs());
    int frozen = last(name);

    Service service = host.start(host.blobs(), LONG);
    Migration end = awaitEnd(service, request);

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertTrue(service.said().getLast().contains("CRIU refused"));
    assertCountsOn(name, frozen);
  }

  @Test
  void killedWhileParkedGoesOnFromTheStart() throws Exception {
    String name = counter();
    host.device(Device.Will.FAIL);
    // Asked for just before the dump, when everything is parked.
    killedAt("deleteCheckpoint", false, name);
    assertTrue(host.container(name).runs());
    int parked = last(name);

    Service service = host.start(host.blobs(), LONG);
    Migration end = awaitEnd(service, onlyRequest(service));

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertTrue(service.said().getLast().contains("CRIU refused"), () -> service.said().toString());
    assertCountsOn(name, parked);
  }

  @Test
  void killedWhileTheEngineDumpsUsesThatDump() throws Exception {
    String name = counter();
    host.device(Device.Will.FAIL);
    killedAt("checkpoint", true, name);
    int frozen = last(name);

    Service service = host.start(host.blobs(), LONG);
    Migration end = awaitEnd(service, onlyRequest(service));

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertTrue(service.said().getLast().contains("CRIU refused"), () -> service.said().toString());
    assertCountsOn(name, frozen);
  }

  /**
   * A checkpointer that dies when it asks this of the Engine.
   *
   * @param asked whether the Engine still hears it, and goes on without us
   */
  private void killedAt(String call, boolean asked, String name) throws Exception {
    CountDownLatch dead = new CountDownLatch(1);
    InvocationHandler dying =
        (proxy, method, arguments) -> {
          if (method.getName().equals(call)) {
            if (asked) {
              Thread.ofPlatform().start(() -> invoke(method, arguments));
            }
            dead.countDown();
            throw new ThreadDeath();
          }
          return invoke(method, arguments);
        };
    DockerEngine engine =
        (DockerEngine)
            Proxy.newProxyInstance(
                DockerEngine.class.getClassLoader(), new Class<?>[] {DockerEngine.class}, dying);
    Service killed = host.start(host.blobs(), LONG, engine);
    killed.worker().begin(killed.accept(RealHost.request(name).build()));
    assertTrue(dead.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  private Object invoke(Method method, Object[] arguments) {
    try {
      return method.invoke(host.engine(), arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MigrationRequest onlyRequest(Service service) throws IOException {
    return service.journal().all().getFirst().request();
  }

  /** Dies, as by SIGKILL, when the first image of a checkpoint is to be stored. */
  private record Dying(BlobStore store, Callable<Boolean> frozen) implements BlobStore {
    @Override
    public Blob put(Path file, LongConsumer progress) throws IOException {
      return store.put(file, progress);
    }

    @Override
    public Blob put(byte[] bytes) throws IOException {
      try {
        if (frozen.call()) {
          throw new ThreadDeath();
        }
      } catch (Exception e) {
        throw new IOException(e);
      }
      return store.put(bytes);
    }

    @Override
    public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
      store.fetch(blob, into, progress);
    }

    @Override
    public InputStream open(Blob blob) throws IOException {
      return store.open(blob);
    }

    @Override
    public byte[] read(Blob blob, long offset, int length) throws IOException {
      return store.read(blob, offset, length);
    }
  }

  /** What a killed process would not do: end in order. */
  private static final class ThreadDeath extends Error {
    private static final long serialVersionUID = 1L;
  }
}
