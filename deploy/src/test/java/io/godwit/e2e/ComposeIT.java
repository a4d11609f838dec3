package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
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
  private static final String MOVED = moved(SOURCE);
  private static final String KV = "e2e-compose-kv";
  private static final String REDIS = "e2e-compose-redis";
  private static final int KEYS = 5_000;
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
    removeContainers();
  }

  private static void removeContainers() {
    Stream.of(SOURCE, KV, REDIS)
        .flatMap(name -> Stream.of(name, moved(name)))
        .forEach(DOCKER::remove);
  }

  private static String moved(String name) {
    return name + "-moved";
  }

  @Test
  @Order(1)
  void containerMovesWhileTheConverterIsKilledAndMoreAreStarted() {
    removeContainers();
    DOCKER.run("run", "--detach", "--name", SOURCE, "godwit/counter").orFail();
    awaitLines(SOURCE, 5);
    moveWhileAConverterIsKilled(3, SOURCE);
    CounterLines before = CounterLines.of(DOCKER.logs(SOURCE));
    CounterLines after = CounterLines.of(awaitLines(MOVED, before.numbers().size() + 3));
    after.assertUnbroken();
    assertEquals(before.numbers(), after.numbers().subList(0, before.numbers().size()));
    assertFalse(DOCKER.isRunning(SOURCE));
  }

  /** Another number of converters is started meanwhile. */
  private static void moveWhileAConverterIsKilled(int converters, String... containers) {
    deployment.kill(deployment.containers("converter").getFirst());
    List<CompletableFuture<Shell.Result>> migrations =
        Stream.of(containers)
            .map(name -> CompletableFuture.supplyAsync(() -> migrate(name)))
            .toList();
    deployment
        .compose("up", "--wait", "--no-recreate", "--scale", "converter=" + converters)
        .orFail();
    migrations.forEach(migration -> migration.join().orFail());
    assertEquals(converters, deployment.containers("converter").size());
  }

  private static Shell.Result migrate(String name) {
    return deployment.godwit(
        "migrate",
        name,
        "--from",
        Deployment.MACHINE,
        "--to",
        Deployment.MACHINE,
        "--name",
        moved(name),
        "--freeze-budget",
        "180s");
  }

  @Test
  @Order(2)
  void kvAndRedisMoveSideBySideWithAllThatTheyHold() throws Exception {
    DOCKER.run("run", "--detach", "--name", KV, "godwit/kv").orFail();
    DOCKER
        .run(
            "run",
            "--detach",
            "--name",
            REDIS,
            "godwit/stock",
            "redis-server",
            "--save",
            "",
            "--enable-debug-command",
            "local")
        .orFail();
    List<String> before;
    try (KvClient kv = kv(KV)) {
      kv.askAll(IntStream.range(0, KEYS).mapToObj(i -> "SET key" + i + " value" + i).toList());
      redis(REDIS, "DEBUG", "POPULATE", "" + KEYS, "key", "4096");
      before = held(kv, REDIS);
    }

    moveWhileAConverterIsKilled(2, KV, REDIS);

    try (KvClient kv = kv(moved(KV))) {
      assertEquals(before, held(kv, moved(REDIS)));
      assertEquals("VALUE value7", kv.ask("GET key7"));
      assertEquals("OK", kv.ask("SET later here"));
    }
    assertEquals("OK", redis(moved(REDIS), "SET", "later", "here"));
    assertFalse(DOCKER.isRunning(KV));
    assertFalse(DOCKER.isRunning(REDIS));
  }

  /** No port is published: source and target are one machine. */
  private static KvClient kv(String container) {
    String address =
        DOCKER.inspect(container, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
    return Awaitility.await(container + " to answer")
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(() -> new KvClient(new InetSocketAddress(address, 7070)), _ -> true);
  }

  /** By the client that is in its own image. */
  private static String redis(String container, String... words) {
    List<String> command = new ArrayList<>(List.of("exec", container, "redis-cli"));
    command.addAll(List.of(words));
    return Awaitility.await(container + " to answer")
        .atMost(Duration.ofMinutes(1))
        .until(() -> DOCKER.run(command.toArray(String[]::new)), answer -> answer.exit() == 0)
        .out()
        .strip();
  }

  private static List<String> held(KvClient kv, String redis) throws IOException {
    return List.of(
        kv.ask("COUNT"),
        kv.ask("SUM"),
        kv.ask("PID"),
        redis(redis, "DBSIZE"),
        redis(redis, "DEBUG", "DIGEST"),
        redis(redis, "INFO", "server")
            .lines()
            .filter(line -> line.startsWith("run_id:"))
            .findFirst()
            .orElseThrow());
  }

  @Test
  @Order(3)
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
  @Order(4)
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
  @Order(5)
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
