package io.godwit.service;

/**
 * The inventory of what a service takes from its environment: every variable, what holds when it is
 * not set, and what it is for.
 */
public enum Setting {
  KAFKA("GODWIT_KAFKA", "", "Kafka bootstrap servers, host:port[,host:port...]"),
  KAFKA_PROPERTIES(
      "GODWIT_KAFKA_PROPERTIES", "", "file with further Kafka client properties (TLS, SASL)"),
  TOPIC_PREFIX("GODWIT_TOPIC_PREFIX", "godwit.", "what goes before the name of every topic"),
  TOPIC_PARTITIONS(
      "GODWIT_TOPIC_PARTITIONS", "12", "partitions of a topic when it is created, 1 to 1000"),
  TOPIC_REPLICATION(
      "GODWIT_TOPIC_REPLICATION",
      "-1",
      "replicas of a topic when it is created; -1 leaves it to the broker"),
  S3_ENDPOINT("GODWIT_S3_ENDPOINT", "", "URL of the S3 store, http://host:port or https://host"),
  S3_BUCKET("GODWIT_S3_BUCKET", "godwit", "bucket for the blobs; created when it is missing"),
  S3_REGION("GODWIT_S3_REGION", "us-east-1", "region that requests to the S3 store are signed for"),
  S3_ACCESS_KEY("GODWIT_S3_ACCESS_KEY", "", "access key of the S3 store"),
  S3_ACCESS_KEY_FILE("GODWIT_S3_ACCESS_KEY_FILE", "", "file that holds the access key instead"),
  S3_SECRET_KEY("GODWIT_S3_SECRET_KEY", "", "secret key of the S3 store"),
  S3_SECRET_KEY_FILE("GODWIT_S3_SECRET_KEY_FILE", "", "file that holds the secret key instead"),
  SIGNING_KEY_FILE(
      "GODWIT_SIGNING_KEY_FILE", "", "file with the key that this service signs its records with"),
  TRUSTED_KEYS(
      "GODWIT_TRUSTED_KEYS", "", "file, or folder of .pub files, with the keys of who is believed"),
  REQUIRE_SIGNATURES(
      "GODWIT_REQUIRE_SIGNATURES", "false", "whether records without a signature are refused"),
  DEVICE_POLICY(
      "GODWIT_DEVICE_POLICY", "", "file that says which containers this device takes, and of whom"),
  HOST("GODWIT_HOST", "the hostname", "name of this machine as a source host"),
  DEVICE("GODWIT_DEVICE", "the hostname", "name of this machine as a target device"),
  DEVICE_LABELS(
      "GODWIT_DEVICE_LABELS", "", "what batches choose this device by, name=value[,name=value...]"),
  PROMETHEUS(
      "GODWIT_PROMETHEUS",
      "",
      "URL of the Prometheus that answers the queries of batches' gates, http://host:port"),
  STATE_DIR("GODWIT_STATE_DIR", "/var/lib/godwit", "folder for what a service keeps on disk"),
  PARK_SECONDS(
      "GODWIT_PARK_SECONDS",
      "30",
      "how long the checkpointer waits until every process is at its migration point, 1 to 3600"),
  REHEARSAL_SECONDS(
      "GODWIT_REHEARSAL_SECONDS",
      "600",
      "how long the checkpointer waits for a device's rehearsal, 1 to 86400"),
  MIGRATIONS(
      "GODWIT_MIGRATIONS", "4", "migrations that the checkpointer works on at a time, 1 to 1000"),
  METRICS_PORT(
      "GODWIT_METRICS_PORT", "0", "port for /metrics, /health/live and /health/ready; 0 for none"),
  LOG_LEVEL("GODWIT_LOG_LEVEL", "INFO", "least level that is logged: DEBUG, INFO, WARN or ERROR"),
  LOG_FORMAT("GODWIT_LOG_FORMAT", "text", "how it is logged: text, or json for one object a line"),
  OTLP_ENDPOINT(
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "",
      "URL of an OpenTelemetry collector that takes traces over HTTP, such as http://host:4318; none: no traces"),
  DOCKER_HOST("DOCKER_HOST", "unix:///var/run/docker.sock", "where the Docker Engine answers");

  private final String variable;
  private final String fallback;
  private final String description;

  Setting(String variable, String fallback, String description) {
    this.variable = variable;
    this.fallback = fallback;
    this.description = description;
  }

  /** The name of the environment variable. */
  public String variable() {
    return variable;
  }

  /** What holds when the variable is not set; empty where there is nothing that could. */
  public String fallback() {
    return fallback;
  }

  /** What it is for, in one line. */
  public String description() {
    return description;
  }
}
