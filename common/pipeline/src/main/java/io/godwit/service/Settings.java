package io.godwit.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What a service takes from its environment; {@link Setting} is the inventory. A variable that is
 * set to nothing or blanks counts as not set. Each method throws {@link SettingsException} when its
 * variable is missing or makes no sense, so a service needs only what it uses.
 */
public final class Settings {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{0,100}");
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  private static final Pattern LOG_FORMAT = Pattern.compile("text|json");
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,9}");

  private final Map<String, String> environment;
  private final Supplier<String> hostname;

  /** Settings of this process. */
  public static Settings ofProcess() {
    return new Settings(System.getenv());
  }

  public Settings(Map<String, String> environment) {
    this(environment, Settings::machineName);
  }

  /**
   * @param hostname asked only where a name is not set
   */
  public Settings(Map<String, String> environment, Supplier<String> hostname) {
    this.environment = Map.copyOf(environment);
    this.hostname = hostname;
  }

  /** These settings with one replaced. */
  public Settings with(Setting setting, String value) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(setting.variable(), value);
    return new Settings(changed, hostname);
  }

  /** What a variable is set to. */
  public Optional<String> given(Setting setting) {
    return Optional.ofNullable(environment.get(setting.variable()))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /** Variables that look like ours and are in no inventory: most likely misspelt. */
  public List<String> unknown() {
    List<String> known = Arrays.stream(Setting.values()).map(Setting::variable).toList();
    return environment.keySet().stream()
        .filter(name -> name.startsWith("GODWIT_") && !known.contains(name))
        .sorted()
        .toList();
  }

  /** Kafka's bootstrap servers. */
  public String kafka() {
    return required(Setting.KAFKA);
  }

  /** Further client properties, empty where no file is given. */
  public Properties kafkaProperties() {
    Properties properties = new Properties();
    given(Setting.KAFKA_PROPERTIES)
        .ifPresent(file -> {
          try (var reader = Files.newBufferedReader(Path.of(file))) {
            properties.load(reader);
          } catch (IOException | IllegalArgumentException e) {
            throw new SettingsException(
                Setting.KAFKA_PROPERTIES.variable()
                    + " names the file "
                    + file
                    + ", which cannot be read: "
                    + e
                    + ". Set it to a file of Kafka client properties, or leave it out.",
                e);
          }
        });
    return properties;
  }

  public String topicPrefix() {
    return matching(Setting.TOPIC_PREFIX, PREFIX, "letters, digits, dots, dashes, underscores");
  }

  /** 1 to 1000. */
  public int topicPartitions() {
    return number(Setting.TOPIC_PARTITIONS, 1, 1000);
  }

  /** −1 (the broker's default) or 1 to 9; 0 makes no topic, and the broker says so. */
  public short topicReplication() {
    return (short) number(Setting.TOPIC_REPLICATION, -1, 9);
  }

  /** An http or https URL with a host. */
  public URI s3Endpoint() {
    return web(Setting.S3_ENDPOINT, required(Setting.S3_ENDPOINT));
  }

  public String s3Bucket() {
    return matching(Setting.S3_BUCKET, BUCKET, "3 to 63 lower-case letters, digits, dots, dashes");
  }

  public String s3Region() {
    return orFallback(Setting.S3_REGION);
  }

  public String s3AccessKey() {
    return secret(Setting.S3_ACCESS_KEY, Setting.S3_ACCESS_KEY_FILE);
  }

  public String s3SecretKey() {
    return secret(Setting.S3_SECRET_KEY, Setting.S3_SECRET_KEY_FILE);
  }

  /** Whether records without a signature are refused. */
  public boolean requireSignatures() {
    String given = orFallback(Setting.REQUIRE_SIGNATURES);
    return switch (given) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(Setting.REQUIRE_SIGNATURES, given, "true or false");
    };
  }

  /** This machine's name as a source host: letters, digits, dots, dashes and underscores. */
  public String host() {
    return machine(Setting.HOST);
  }

  /** This machine's name as a target device. */
  public String device() {
    return machine(Setting.DEVICE);
  }

  /** What batches choose this device by. */
  public Map<String, String> deviceLabels() {
    Map<String, String> labels = new HashMap<>();
    String given = orFallback(Setting.DEVICE_LABELS);
    for (String label : given.split(",", -1)) {
      String[] parts = label.strip().split("=", 2);
      if (parts.length == 2 && !parts[0].isBlank()) {
        labels.put(parts[0].strip(), parts[1].strip());
      } else if (!label.isBlank()) {
        throw wrong(Setting.DEVICE_LABELS, given, "labels such as rack=b2,gpu=yes");
      }
    }
    return labels;
  }

  /** Where gates' queries are asked; empty: nowhere. */
  public Optional<URI> prometheus() {
    return given(Setting.PROMETHEUS)
        .map(given ->
            uri(given)
                .filter(uri -> "http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                .filter(uri -> uri.getHost() != null)
                .orElseThrow(
                    () -> wrong(Setting.PROMETHEUS, given, Setting.PROMETHEUS.description())));
  }

  /** An absolute path; the folder need not be there yet. */
  public Path stateDir() {
    String given = orFallback(Setting.STATE_DIR);
    if (!given.startsWith("/")) {
      throw wrong(Setting.STATE_DIR, given, "an absolute path, " + Setting.STATE_DIR.description());
    }
    return Path.of(given);
  }

  /** 1 s to 1 h. */
  public Duration parkPatience() {
    return Duration.ofSeconds(number(Setting.PARK_SECONDS, 1, 3600));
  }

  /** 1 s to 1 day. */
  public Duration rehearsalPatience() {
    return Duration.ofSeconds(number(Setting.REHEARSAL_SECONDS, 1, 86_400));
  }

  /** 1 to 1000. */
  public int migrationsAtOnce() {
    return number(Setting.MIGRATIONS, 1, 1000);
  }

  /** 0 (no server) to 65535. */
  public int metricsPort() {
    return number(Setting.METRICS_PORT, 0, 65535);
  }

  /** Where traces go; an http or https URL with a host. */
  public Optional<URI> otlpEndpoint() {
    return given(Setting.OTLP_ENDPOINT).map(given -> web(Setting.OTLP_ENDPOINT, given));
  }

  /**
   * Looks whether the log has a form that there is. The logger itself takes it from the
   * environment, long before, as it stands there: blanks are no form, and nothing would be logged.
   */
  void checkLogFormat() {
    Setting form = Setting.LOG_FORMAT;
    String given = environment.getOrDefault(form.variable(), form.fallback());
    if (!LOG_FORMAT.matcher(given).matches()) {
      throw wrong(form, given, "text or json");
    }
  }

  public URI dockerHost() {
    String given = orFallback(Setting.DOCKER_HOST);
    return uri(given)
        .filter(uri -> uri.getScheme() != null)
        .orElseThrow(
            () -> wrong(Setting.DOCKER_HOST, given, "a URL such as unix:///var/run/docker.sock"));
  }

  private static URI web(Setting setting, String given) {
    return uri(given)
        .filter(uri -> "http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
        .filter(uri -> uri.getHost() != null)
        .orElseThrow(() -> wrong(setting, given, setting.description()));
  }

  private static Optional<URI> uri(String text) {
    try {
      return Optional.of(new URI(text));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private String required(Setting setting) {
    return given(setting)
        .orElseThrow(() ->
            new SettingsException(
                setting.variable() + " is not set. Set it to: " + setting.description() + "."));
  }

  private String orFallback(Setting setting) {
    return given(setting).orElse(setting.fallback());
  }

  private String matching(Setting setting, Pattern pattern, String form) {
    String value = orFallback(setting);
    if (!pattern.matcher(value).matches()) {
      throw wrong(setting, value, form);
    }
    return value;
  }

  private String machine(Setting setting) {
    String value = given(setting).orElseGet(hostname);
    // The name becomes a record key, a consumer group and part of paths.
    if (!NAME.matcher(value).matches()) {
      throw wrong(setting, value, "a name of letters, digits, dots, dashes and underscores");
    }
    return value;
  }

  private int number(Setting setting, int least, int most) {
    String given = orFallback(setting);
    if (WHOLE_NUMBER.matcher(given).matches()) {
      int value = Integer.parseInt(given);
      if (value >= least && value <= most) {
        return value;
      }
    }
    throw wrong(
        setting,
        given,
        "a whole number from %d to %d, %s".formatted(least, most, setting.description()));
  }

  private String secret(Setting direct, Setting file) {
    Optional<String> value = given(direct);
    if (value.isPresent()) {
      return value.get();
    }
    String path =
        given(file)
            .orElseThrow(() ->
                new SettingsException(
                    direct.variable()
                        + " is not set. Set it to the "
                        + direct.description()
                        + ", or "
                        + file.variable()
                        + " to a file that holds it."));
    try {
      return Files.readString(Path.of(path), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new SettingsException(
          file.variable()
              + " names the file "
              + path
              + ", which cannot be read: "
              + e
              + ". Set it to a file that holds the "
              + direct.description()
              + ".",
          e);
    }
  }

  private static SettingsException wrong(Setting setting, String given, String form) {
    return new SettingsException(
        setting.variable() + " is '" + given + "'. Set it to: " + form + ".");
  }

  private static String machineName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException noProc) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        throw new SettingsException(
            "This machine has no hostname. Set "
                + Setting.HOST.variable()
                + " and "
                + Setting.DEVICE.variable()
                + ".",
            e);
      }
    }
  }
}
