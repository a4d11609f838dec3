package io.godwit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServiceRuntimeTest {
  private static ServiceRuntime runtime() {
    return new ServiceRuntime("test", new Settings(Map.of(), () -> "ada"), Clock.systemUTC());
  }

  @Test
  void closesInReverseOrderAndCollectsFailures() {
    List<String> closed = new ArrayList<>();
    ServiceRuntime runtime = runtime();
    runtime.adopt("first", () -> closed.add("first"));
    runtime.adopt(
        "second",
        () -> {
          closed.add("second");
          throw new IOException("stuck");
        });
    runtime.adopt("third", () -> closed.add("third"));
    var failure = assertThrows(IllegalStateException.class, runtime::close);
    assertEquals(List.of("third", "second", "first"), closed);
    assertEquals(1, failure.getSuppressed().length);
    assertTrue(failure.getSuppressed()[0].getMessage().startsWith("second did not close"));
    runtime.close();
    assertEquals(3, closed.size());
  }

  @Test
  void partThatStartsTooLateIsClosed() {
    List<String> closed = new ArrayList<>();
    ServiceRuntime runtime = runtime();
    runtime.close();
    assertThrows(
        IllegalStateException.class, () -> runtime.adopt("late", () -> closed.add("late")));
    assertEquals(List.of("late"), closed);
  }

  @Test
  void isReadyBetweenReadyAndClose() {
    ServiceRuntime runtime = runtime();
    assertEquals(List.of("test is starting"), runtime.unready());
    runtime.ready();
    assertEquals(List.of(), runtime.unready());
    runtime.close();
    assertEquals(List.of("test is stopping"), runtime.unready());
  }

  @Test
  void awaitStopReturnsWhenAsked() throws Exception {
    try (ServiceRuntime runtime = runtime()) {
      runtime.askToStop();
      runtime.awaitStop();
    }
  }

  @Test
  void serviceWithAWorkerThatCannotGoOnSaysSoAndEndsWithItsCode() throws Exception {
    BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
    ServiceRuntime runtime =
        new ServiceRuntime(
            "test", new Settings(Map.of(), () -> "ada"), Clock.systemUTC(), codes::add);
    List<String> closed = new CopyOnWriteArrayList<>();
    runtime.adopt("part", () -> closed.add("part"));
    var reading = runtime.liveness().worker("reading", Duration.ofMinutes(1));
    reading.stuck(ServiceExit.NAME_TAKEN, "another process has taken this machine's name");
    reading.stuck("and then this");
    assertEquals(ServiceExit.NAME_TAKEN.code(), codes.poll(20, TimeUnit.SECONDS));
    assertEquals(List.of("part"), closed);
    assertEquals(
        List.of("another process has taken this machine's name"), runtime.liveness().stuck());
    assertEquals(0, codes.size());
    runtime.awaitStop();
  }

  @Test
  void portThatIsTakenIsAnErrorThatNamesTheVariable() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      Settings settings =
          new Settings(
              Map.of("GODWIT_METRICS_PORT", Integer.toString(taken.getLocalPort())), () -> "ada");
      String message =
          assertThrows(
                  SettingsException.class,
                  () -> new ServiceRuntime("test", settings, Clock.systemUTC()))
              .getMessage();
      assertTrue(message.startsWith("GODWIT_METRICS_PORT: port "), message);
    }
  }

  @Test
  void monitoringAnswersMetricsAndHealth() throws Exception {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Metric.RECORDS_HANDLED.counter(registry, "topic", "requests").increment();
    List<String> live = new ArrayList<>();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (var server = new MonitoringServer(address, registry, () -> live, List::of);
        HttpClient client = HttpClient.newHttpClient()) {
      URI base = URI.create("http://127.0.0.1:" + server.address().getPort());
      String metrics = get(client, base.resolve("/metrics")).body();
      assertTrue(metrics.contains("godwit_records_handled_total{topic=\"requests\"} 1.0"), metrics);
      assertEquals(200, get(client, base.resolve("/health/live")).statusCode());
      assertEquals(200, get(client, base.resolve("/health/ready")).statusCode());
      live.add("requests has shown no progress");
      var answer = get(client, base.resolve("/health/live"));
      assertEquals(503, answer.statusCode());
      assertEquals("requests has shown no progress\n", answer.body());
    }
  }

  @Test
  void metricInventoryNamesEachOnceWithHelp() {
    List<String> names = Arrays.stream(Metric.values()).map(Metric::metricName).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
    for (Metric metric : Metric.values()) {
      assertTrue(metric.metricName().matches("godwit(\\.[a-z]+)+"), metric.metricName());
      assertTrue(metric.help().endsWith("."), metric.help());
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
