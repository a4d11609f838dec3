package io.godwit.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers {@code /metrics} in Prometheus's text format, {@code /health/live} and {@code
 * /health/ready}: 200 when well, else 503 with the reasons, one a line.
 */
public final class MonitoringServer implements AutoCloseable {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads;

  /**
   * @param address port 0 takes a free one
   * @param live reasons why the service must be restarted
   * @param ready reasons why the service is not to be used now
   */
  public MonitoringServer(
      InetSocketAddress address,
      PrometheusMeterRegistry metrics,
      Supplier<List<String>> live,
      Supplier<List<String>> ready)
      throws IOException {
    server = HttpServer.create(address, 0);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext(
        "/metrics", exchange -> answer(exchange, 200, PROMETHEUS_TEXT, metrics.scrape()));
    server.createContext("/health/live", exchange -> health(exchange, live.get()));
    server.createContext("/health/ready", exchange -> health(exchange, ready.get()));
    server.start();
  }

  /** Where it answers. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private static void health(HttpExchange exchange, List<String> reasons) throws IOException {
    if (reasons.isEmpty()) {
      answer(exchange, 200, PLAIN_TEXT, "ok\n");
    } else {
      answer(exchange, 503, PLAIN_TEXT, String.join("\n", reasons) + "\n");
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
