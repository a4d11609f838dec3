package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Debian's nginx crosses with its master and its workers while requests come in. */
@OnX86
final class NginxIT {
  private static final int PORT = 17_380;
  private static final String PAGE = "the bird with the longest non-stop migration ".repeat(200);

  // Workers of the same user as the master: this machine cannot dump processes of another.
  private static final String CONFIGURATION =
      """
      user root;
      worker_processes 2;
      error_log stderr;
      pid /run/nginx.pid;
      events { worker_connections 64; }
      http {
        access_log /var/log/nginx/access.log;
        server { listen 8080; root /var/www; }
      }
      """;

  @Test
  void answersNothingWrongWhileItMovesThereAndBack(World world) {
    try (Stock nginx =
            Stock.start(
                world,
                world.here(),
                "e2e-nginx",
                List.of(
                    "--publish",
                    PORT + ":8080",
                    "--env",
                    "CONF=" + CONFIGURATION,
                    "--env",
                    "PAGE=" + PAGE),
                List.of(
                    "sh",
                    "-c",
                    "mkdir -p /var/www; printf '%s' \"$PAGE\" >/var/www/page; printf '%s' \"$CONF\" >/tmp/conf; exec nginx -c /tmp/conf -g 'daemon off;'"));
        Requests here = new Requests(world.here().reach(PORT));
        Requests there = new Requests(world.x86().reach(PORT))) {
      here.awaitMore(50);
      String processes = nginx.exec("ps", "-eo", "pid,ppid,comm", "--sort", "pid");
      assertEquals(3, processes.lines().filter(line -> line.endsWith("nginx")).count());
      for (Machine next : List.of(world.x86(), world.here())) {
        nginx.moveTo(next);
        (next == world.here() ? here : there).awaitMore(50);
        String now = nginx.exec("ps", "-eo", "pid,ppid,comm", "--sort", "pid");
        assertEquals(nginxOf(processes), nginxOf(now));
      }
      assertEquals(List.of(), List.copyOf(here.wrong));
      assertEquals(List.of(), List.copyOf(there.wrong));
      assertTrue(here.answered.get() > 100 && there.answered.get() >= 50);
    }
  }

  /** Columns are as wide as the machine's largest process number. */
  private static List<String> nginxOf(String processes) {
    return processes
        .lines()
        .filter(line -> line.endsWith("nginx"))
        .map(line -> line.strip().replaceAll(" +", " "))
        .toList();
  }

  /** Asks for the page without pause; a connection that fails is not an answer, let alone wrong. */
  private static final class Requests implements AutoCloseable {
    private final HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final HttpRequest request;
    private final AtomicLong answered = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    Requests(int port) {
      request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/page".formatted(port)))
              .timeout(Duration.ofSeconds(10))
              .build();
      for (int i = 0; i < 2; i++) {
        Thread.ofPlatform().daemon().name("nginx-requests-" + i).start(this::ask);
      }
    }

    private void ask() {
      try {
        while (!stopped) {
          try {
            HttpResponse<String> response =
                client.send(request, HttpResponse.BodyHandlers.ofString());
            answered.incrementAndGet();
            if (response.statusCode() != 200 || !response.body().equals(PAGE)) {
              wrong.add(response.statusCode() + " " + response.body());
            }
          } catch (IOException closed) {
            // Closed or refused: what a move may do to a connection.
          }
          Thread.sleep(20);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void awaitMore(int answers) {
      long enough = answered.get() + answers;
      Awaitility.await("answer " + enough)
          .atMost(Duration.ofMinutes(1))
          .until(() -> answered.get() >= enough);
    }

    @Override
    public void close() {
      stopped = true;
      client.shutdownNow();
    }
  }
}
