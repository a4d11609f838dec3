package io.godwit.service;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long the certificates still hold that this process stands on: those in files that its
 * settings name, and those that its broker and its store show. Looked at every hour.
 */
final class Certificates implements AutoCloseable {
  /** Whose they are: the label of the metric. */
  enum Of {
    /** This process's own, to the broker. */
    KAFKA_KEY,
    /** Whom it trusts as broker. */
    KAFKA_TRUST,
    /** Whom it trusts otherwise, where that is not what Java brings. */
    TRUST,
    KAFKA,
    STORE,
    /** There is none. */
    NONE;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Where certificates are. */
  @FunctionalInterface
  interface Source {
    List<X509Certificate> look() throws IOException, GeneralSecurityException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
  private static final Duration PERIOD = Duration.ofHours(1);
  private static final Duration STOP = Duration.ofSeconds(1);
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);

  private final Map<Of, Source> sources;
  private final Map<Of, Instant> ends = new ConcurrentHashMap<>();
  private final Threads.Bell bell;
  private final Threads.Started looking;
  private volatile boolean closing;

  Certificates(Map<Of, Source> sources, MeterRegistry metrics, Clock clock, Threads threads) {
    this.sources = Map.copyOf(sources);
    sources.keySet().forEach(of -> gauge(of, metrics, clock));
    if (sources.isEmpty()) {
      ends.put(Of.NONE, Instant.MAX);
      gauge(Of.NONE, metrics, clock);
    }
    bell = threads.bell();
    looking = threads.start("certificates", this::run);
  }

  /**
   * Those of the settings.
   *
   * @param java the JVM's own properties
   */
  static Map<Of, Source> sources(Settings settings, Properties java) {
    Map<Of, Source> sources = new EnumMap<>(Of.class);
    if (settings.given(Setting.KAFKA).isPresent()) {
      Properties kafka = settings.kafkaProperties();
      file(kafka, "ssl.keystore").ifPresent(source -> sources.put(Of.KAFKA_KEY, source));
      file(kafka, "ssl.truststore").ifPresent(source -> sources.put(Of.KAFKA_TRUST, source));
      if (kafka.getProperty("security.protocol", "").endsWith("SSL")) {
        // One of them: an authority mostly makes all at once.
        URI first = URI.create("kafka://" + settings.kafka().split(",", 2)[0].strip());
        sources.put(Of.KAFKA, () -> ShownCertificates.at(first.getHost(), first.getPort()));
      }
    }
    Optional.ofNullable(java.getProperty("javax.net.ssl.trustStore"))
        .ifPresent(path ->
            sources.put(
                Of.TRUST,
                () ->
                    inFile(
                        Path.of(path), java.getProperty("javax.net.ssl.trustStorePassword", ""))));
    if (settings.given(Setting.S3_ENDPOINT).isPresent()) {
      URI store = settings.s3Endpoint();
      if ("https".equals(store.getScheme())) {
        int port = store.getPort() < 0 ? 443 : store.getPort();
        sources.put(Of.STORE, () -> ShownCertificates.at(store.getHost(), port));
      }
    }
    return sources;
  }

  private static Optional<Source> file(Properties kafka, String store) {
    String inline = store.endsWith("keystore") ? ".certificate.chain" : ".certificates";
    Optional<Source> inFile =
        Optional.ofNullable(kafka.getProperty(store + ".location"))
            .map(path -> () -> inFile(Path.of(path), kafka.getProperty(store + ".password", "")));
    return inFile.or(() ->
        Optional.ofNullable(kafka.getProperty(store + inline)).map(text -> () -> inText(text)));
  }

  /** PEM, or whatever key store Java knows. */
  static List<X509Certificate> inFile(Path file, String password)
      throws IOException, GeneralSecurityException {
    List<X509Certificate> found = inText(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!found.isEmpty()) {
      return found;
    }
    KeyStore store = KeyStore.getInstance(file.toFile(), password.toCharArray());
    for (String alias : Collections.list(store.aliases())) {
      add(found, store.getCertificate(alias));
    }
    return found;
  }

  /** PEM, whatever stands between; none where it is another form. */
  private static List<X509Certificate> inText(String text) throws GeneralSecurityException {
    List<X509Certificate> found = new ArrayList<>();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (MatchResult block : PEM.matcher(text).results().toList()) {
      byte[] bytes = block.group().getBytes(StandardCharsets.US_ASCII);
      add(found, factory.generateCertificate(new ByteArrayInputStream(bytes)));
    }
    return found;
  }

  private static void add(List<X509Certificate> found, Certificate certificate) {
    if (certificate instanceof X509Certificate known) {
      found.add(known);
    }
  }

  private void gauge(Of of, MeterRegistry metrics, Clock clock) {
    Metric.CERTIFICATE_LEFT.gauge(metrics, () -> left(of, clock.instant()), "of", of.word());
  }

  /** Nothing is told of what was not seen yet. */
  private double left(Of of, Instant now) {
    return Optional.ofNullable(ends.get(of))
        .map(end ->
            end.equals(Instant.MAX)
                ? Double.POSITIVE_INFINITY
                : (double) Duration.between(now, end).toSeconds())
        .orElse(Double.NaN);
  }

  private void run() {
    try {
      while (!closing) {
        sources.forEach(this::look);
        bell.await(PERIOD);
      }
    } catch (InterruptedException e) {
      LOG.debug("asked to stop");
    }
  }

  private void look(Of of, Source source) {
    try {
      source.look().stream()
          .map(X509Certificate::getNotAfter)
          .map(Date::toInstant)
          .min(Instant::compareTo)
          .ifPresent(end -> ends.put(of, end));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // Whoever needs it says louder that it cannot be had.
      LOG.debug("the certificate of {} is not seen", of.word(), e);
    }
  }

  @Override
  public void close() {
    closing = true;
    bell.ring();
    looking.interrupt();
    try {
      looking.join(STOP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
