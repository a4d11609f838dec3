package io.godwit.checkpointer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Service;
import io.godwit.contract.MigrationRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests with this machine's own Engine and CRIU, of containers in which a program counts. */
abstract class OnRealHost {
  private static final Path COUNTER = Path.of("..", "deploy", "workloads", "counter", "counter.c");
  static final Duration LONG = Duration.ofMinutes(10);
  static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;
  RealHost host;

  @BeforeEach
  void begin() throws IOException {
    // A service that dies does so by an error in its thread.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
    host = new RealHost(folder);
  }

  @AfterEach
  void end() throws IOException {
    host.close();
  }

  String counter() throws IOException {
    return counter("counter");
  }

  String counter(String called) throws IOException {
    String name = host.run(new RealHost.Wanted(called, "counter", COUNTER, List.of("/counter"), 0));
    awaitCount(name, 3);
    return name;
  }

  Migration migrate(Service service, MigrationRequest request) throws IOException {
    service.worker().begin(service.accept(request));
    return awaitEnd(service, request);
  }

  static Migration awaitEnd(Service service, MigrationRequest request) throws IOException {
    await()
        .atMost(PATIENCE)
        .until(() -> service.said().stream().anyMatch(said -> said.contains(", ended: ")));
    return service.journal().find(request.getMigrationId()).orElseThrow();
  }

  static void awaitState(Service service, MigrationRequest request, State state) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> service.journal().find(request.getMigrationId()).orElseThrow().state() == state);
  }

  void awaitCount(String name, int least) {
    await()
        .atMost(PATIENCE)
        .until(() -> host.numbers(name).stream().anyMatch(number -> number >= least));
  }

  int last(String name) throws IOException {
    return host.numbers(name).getLast();
  }

  String policy(String name) throws IOException {
    return host.container(name).restartPolicy().name();
  }

  void assertCountsOn(String name, int from) throws IOException {
    awaitCount(name, from + 5);
    List<Integer> numbers = host.numbers(name);
    assertEquals(IntStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers);
  }
}
