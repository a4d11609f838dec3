package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * docker-compose.yml, as an operator brings it up on this machine: Kafka, MinIO, converters, and
 * this machine's checkpointer and agent, each in a container.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ComposeIT {
  private static final Path ROOT = Path.of(System.getProperty("godwit.root")).toAbsolutePath();
  private static final String PROMTOOL = "/opt/godwit/prometheus/promtool";
  private static final String SOURCE = "e2e-compose-counter";
  private static final String MOVED = "e2e-compose-counter-moved";
  private static final Docker DOCKER = Docker.ofThisMachine();
  private static Deployment deployment;

  @BeforeAll
  static void bringUp() {
    deployment = Deployment.up(ROOT);
  }

  @AfterAll
  static void takeDown() {
    if (deployment != null) {
      deployment.close();
    }
    Stream.of(SOURCE, MOVED).forEach(DOCKER::remove);
  }

  @Test
  @Order(1)
  void containerMovesWhileTheConverterIsKilledAndMoreAreStarted() {
    Stream.of(SOURCE, MOVED).forEach(DOCKER::remove);
    DOCKER.run("run", "--detach", "--name", SOURCE, "godwit/counter").orFail();
    awaitLines(SOURCE, 5);

    deployment.kill(deployment.containers("converter").getFirst());
    CompletableFuture<Shell.Result> migration =
        CompletableFuture.supplyAsync(() ->
            deployment.godwit(
                "migrate",
                SOURCE,
                "--from",
                Deployment.MACHINE,
                "--to",
                Deployment.MACHINE,
                "--name",
                MOVED,
                "--freeze-budget",
                "180s"));
    deployment.compose("up", "--wait", "--no-recreate", "--scale", "converter=3").orFail();
    migration.join().orFail();

    assertEquals(3, deployment.containers("converter").size());
    CounterLines before = CounterLines.of(DOCKER.logs(SOURCE));
    CounterLines after = CounterLines.of(awaitLines(MOVED, before.numbers().size() + 3));
    after.assertUnbroken();
    assertEquals(before.numbers(), after.numbers().subList(0, before.numbers().size()));
    assertFalse(DOCKER.isRunning(SOURCE));
  }

  @Test
  @Order(2)
  void whoHasNoKeysOfTheStoreGetsNothing() {
    int port = Integer.parseInt(deployment.setting("GODWIT_S3_PORT"));
    Shell.Result answer =
        Shell.run(
            Duration.ofSeconds(20),
            List.of(
                "bash",
                "-c",
                "exec 3<>/dev/tcp/127.0.0.1/%d; printf 'GET /godwit/?list-type=2 HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n' >&3; head -n 1 <&3"
                    .formatted(port)));
    assertTrue(answer.orFail().contains(" 403 "), answer.out());
  }

  @Test
  @Order(3)
  void metricsOfEveryServiceAreAsPrometheusWantsThem() throws IOException {
    Map<String, Integer> ports =
        Map.of("converter", 9464, "checkpointer", 9465, "restorer-agent", 9466);
    for (var service : ports.entrySet()) {
      String metrics = metrics(service.getKey(), service.getValue());
      assertTrue(metrics.contains("jvm_memory_used_bytes"), service + ": " + metrics);
      Path file = Path.of("target/metrics-" + service.getKey());
      Files.writeString(file, metrics);
      Shell.Result said =
          Shell.run(
              Duration.ofMinutes(1), List.of("bash", "-c", PROMTOOL + " check metrics < " + file));
      assertEquals("", said.orFail() + said.err(), service.getKey());
    }
  }

  private static String metrics(String service, int port) {
    return DOCKER
        .run(
            "exec",
            deployment.containers(service).getFirst(),
            "bash",
            "-c",
            "exec 3<>/dev/tcp/127.0.0.1/%d; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; sed '1,/^\\r$/d' <&3"
                .formatted(port))
        .orFail();
  }

  @Test
  @Order(4)
  void everyQueryOfAlarmsAndDashboardsHasAnAnswer() {
    Shell.run(
            Duration.ofMinutes(1),
            List.of(
                PROMTOOL,
                "check",
                "rules",
                ROOT.resolve("deploy/prometheus/alerts.yml").toString()))
        .orFail();
    deployment.compose("--profile", "observability", "up", "--wait", "prometheus").orFail();
    String prometheus = deployment.prometheus();
    List<String> queries =
        Stream.concat(
                Queries.ofAlarms(prometheus).stream(),
                Queries.ofDashboards(ROOT.resolve("deploy/grafana/dashboards")).stream())
            .toList();
    assertTrue(queries.size() > 40, queries.toString());
    Awaitility.await("Prometheus to answer every query")
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(() ->
            assertEquals(
                List.of(),
                queries.stream().filter(query -> !Queries.isAnswered(prometheus, query)).toList()));
  }

  private static List<String> awaitLines(String container, int lines) {
    return Awaitility.await(container + " to print " + lines + " lines")
        .atMost(Duration.ofMinutes(1))
        .until(() -> DOCKER.logs(container), printed -> printed.size() >= lines);
  }
}
