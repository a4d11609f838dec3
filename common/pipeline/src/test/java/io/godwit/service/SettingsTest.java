package io.godwit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static Settings of(String... pairs) {
    Map<String, String> environment = new java.util.HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return new Settings(environment, () -> "ada");
  }

  private static String error(org.junit.jupiter.api.function.Executable executable) {
    return assertThrows(SettingsException.class, executable).getMessage();
  }

  @Test
  void hasDefaultsForAllThatCanHaveOne() {
    Settings settings = of();
    assertEquals("godwit.", settings.topicPrefix());
    assertEquals(12, settings.topicPartitions());
    assertEquals(-1, settings.topicReplication());
    assertEquals("godwit", settings.s3Bucket());
    assertEquals("us-east-1", settings.s3Region());
    assertEquals("ada", settings.host());
    assertEquals("ada", settings.device());
    assertEquals(Path.of("/var/lib/godwit"), settings.stateDir());
    assertEquals(0, settings.metricsPort());
    assertEquals(URI.create("unix:///var/run/docker.sock"), settings.dockerHost());
    assertTrue(settings.kafkaProperties().isEmpty());
  }

  @Test
  void takesEachFromItsVariable(@TempDir Path folder) throws Exception {
    Path properties =
        Files.writeString(folder.resolve("kafka.properties"), "security.protocol=SSL\n");
    Settings settings =
        of(
            "GODWIT_KAFKA", "k1:9092,k2:9092",
            "GODWIT_KAFKA_PROPERTIES", properties.toString(),
            "GODWIT_TOPIC_PREFIX", "lab.",
            "GODWIT_TOPIC_PARTITIONS", "3",
            "GODWIT_TOPIC_REPLICATION", "2",
            "GODWIT_S3_ENDPOINT", "https://s3.example:9000",
            "GODWIT_S3_BUCKET", "birds",
            "GODWIT_S3_REGION", "eu-north-1",
            "GODWIT_S3_ACCESS_KEY", "a",
            "GODWIT_S3_SECRET_KEY", "s",
            "GODWIT_HOST", "h1",
            "GODWIT_DEVICE", "d1",
            "GODWIT_STATE_DIR", "/data",
            "GODWIT_METRICS_PORT", "9100",
            "DOCKER_HOST", "tcp://10.0.0.1:2375");
    assertEquals("k1:9092,k2:9092", settings.kafka());
    assertEquals("SSL", settings.kafkaProperties().getProperty("security.protocol"));
    assertEquals("lab.", settings.topicPrefix());
    assertEquals(3, settings.topicPartitions());
    assertEquals(2, settings.topicReplication());
    assertEquals(URI.create("https://s3.example:9000"), settings.s3Endpoint());
    assertEquals("birds", settings.s3Bucket());
    assertEquals("eu-north-1", settings.s3Region());
    assertEquals("a", settings.s3AccessKey());
    assertEquals("s", settings.s3SecretKey());
    assertEquals("h1", settings.host());
    assertEquals("d1", settings.device());
    assertEquals(Path.of("/data"), settings.stateDir());
    assertEquals(9100, settings.metricsPort());
    assertEquals(URI.create("tcp://10.0.0.1:2375"), settings.dockerHost());
  }

  @Test
  void errorsNameTheVariableAndWhatToSet() {
    assertEquals(
        "GODWIT_KAFKA is not set. Set it to: Kafka bootstrap servers, host:port[,host:port...].",
        error(() -> of().kafka()));
    assertEquals(
        "GODWIT_S3_ENDPOINT is 'ftp://x'. Set it to: URL of the S3 store, http://host:port or"
            + " https://host.",
        error(() -> of("GODWIT_S3_ENDPOINT", "ftp://x").s3Endpoint()));
    assertEquals(
        "GODWIT_METRICS_PORT is '70000'. Set it to: a whole number from 0 to 65535, port for"
            + " /metrics, /health/live and /health/ready; 0 for none.",
        error(() -> of("GODWIT_METRICS_PORT", "70000").metricsPort()));
    assertEquals(
        "GODWIT_HOST is 'a/b'. Set it to: a name of letters, digits, dots, dashes and underscores.",
        error(() -> of("GODWIT_HOST", "a/b").host()));
    assertEquals(
        "GODWIT_S3_SECRET_KEY is not set. Set it to the secret key of the S3 store, or"
            + " GODWIT_S3_SECRET_KEY_FILE to a file that holds it.",
        error(() -> of().s3SecretKey()));
    assertTrue(
        error(() -> of("GODWIT_STATE_DIR", "here").stateDir())
            .startsWith("GODWIT_STATE_DIR is 'here'. Set it to: an absolute path"));
    assertTrue(
        error(() -> of("GODWIT_KAFKA_PROPERTIES", "/none/such").kafkaProperties())
            .startsWith("GODWIT_KAFKA_PROPERTIES names the file /none/such"));
    assertTrue(
        error(() -> of("DOCKER_HOST", "no scheme").dockerHost())
            .startsWith("DOCKER_HOST is 'no scheme'"));
  }

  @Test
  void readsSecretsFromFilesWithoutTheTrailingNewline(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "hidden\n");
    assertEquals("hidden", of("GODWIT_S3_ACCESS_KEY_FILE", file.toString()).s3AccessKey());
  }

  @Test
  void blankCountsAsNotSet() {
    assertEquals("godwit.", of("GODWIT_TOPIC_PREFIX", "  ").topicPrefix());
  }

  @Test
  void tellsMisspeltVariables() {
    assertEquals(List.of("GODWIT_KAFKAA"), of("GODWIT_KAFKAA", "x", "PATH", "y").unknown());
  }

  @Test
  void refusesFormsOfTheLogThatThereAreNot() {
    of("GODWIT_LOG_FORMAT", "json").checkLogFormat();
    for (String none : List.of("xml", "", " json")) {
      assertThrows(SettingsException.class, of("GODWIT_LOG_FORMAT", none)::checkLogFormat);
    }
  }

  @Test
  void replacesOneSetting() {
    assertEquals("d2", of("GODWIT_DEVICE", "d1").with(Setting.DEVICE, "d2").device());
  }

  @Test
  void inventoryNamesEachVariableOnceAndDescribesIt() {
    List<String> names = Arrays.stream(Setting.values()).map(Setting::variable).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
    for (Setting setting : Setting.values()) {
      assertTrue(setting.variable().matches("(GODWIT|DOCKER|OTEL)_[A-Z0-9_]+"), setting.variable());
      assertTrue(setting.description().length() > 10, setting.variable());
    }
  }
}
