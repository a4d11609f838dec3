package io.godwit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.service.Certificates.Of;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With certificates made by the JDK's keytool, in files and shown by a server. */
final class CertificatesTest {
  private static final String PASSWORD = "changeit";
  private static final Duration HELD = Duration.ofDays(30);

  @TempDir private static Path folder;
  private static Path store;
  private static Path pem;

  @BeforeAll
  static void makeCertificate() throws Exception {
    store = folder.resolve("key.p12");
    pem = folder.resolve("key.pem");
    keytool("-genkeypair", "-dname", "CN=godwit", "-keyalg", "EC", "-validity", "30");
    keytool("-exportcert", "-rfc", "-file", folder.resolve("crt").toString());
    Files.writeString(
        pem,
        "-----BEGIN PRIVATE KEY-----\nMDA=\n-----END PRIVATE KEY-----\n"
            + Files.readString(folder.resolve("crt")));
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    assertEquals(0, new ProcessBuilder(command).redirectErrorStream(true).start().waitFor());
  }

  private static Properties java(String... pairs) {
    Properties properties = new Properties();
    for (int i = 0; i < pairs.length; i += 2) {
      properties.put(pairs[i], pairs[i + 1]);
    }
    return properties;
  }

  /** Whether that is what the certificate has been given, less the time of this test. */
  private static void isHeld(double seconds) {
    assertTrue(seconds <= HELD.toSeconds() && seconds > HELD.minusMinutes(10).toSeconds());
  }

  private static double left(SimpleMeterRegistry metrics, Of of) {
    return metrics.get("godwit.certificate.left").tag("of", of.word()).gauge().value();
  }

  @Test
  void filesOfEitherFormTellWhenTheyEnd() throws Exception {
    Path kafka =
        Files.writeString(
            folder.resolve("kafka.properties"),
            "ssl.keystore.type=PEM\nssl.keystore.location=%s\nssl.truststore.certificates=%s\n"
                .formatted(
                    pem,
                    Files.readString(folder.resolve("crt"))
                        .replace("\r", "")
                        .replace("\n", "\\n")));
    Settings settings =
        new Settings(Map.of("GODWIT_KAFKA", "k:9092", "GODWIT_KAFKA_PROPERTIES", kafka.toString()));
    Properties java =
        java(
            "javax.net.ssl.trustStore",
            store.toString(),
            "javax.net.ssl.trustStorePassword",
            PASSWORD);
    Map<Of, Certificates.Source> sources = Certificates.sources(settings, java);
    assertEquals(Set.of(Of.KAFKA_KEY, Of.KAFKA_TRUST, Of.TRUST), sources.keySet());
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    try (Certificates _ = new Certificates(sources, metrics, Clock.systemUTC(), Threads.SYSTEM)) {
      for (Of of : sources.keySet()) {
        awaitSeen(metrics, of);
        isHeld(left(metrics, of));
      }
    }
  }

  private static void awaitSeen(SimpleMeterRegistry metrics, Of of) throws InterruptedException {
    for (int i = 0; i < 200 && Double.isNaN(left(metrics, of)); i++) {
      Thread.sleep(50);
    }
  }

  @Test
  void serversShowTheirs() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    try (SSLServerSocket server =
        (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
      Thread.ofVirtual()
          .start(() -> {
            try (SSLSocket socket = (SSLSocket) server.accept()) {
              socket.startHandshake();
              socket.getInputStream().read();
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      String url = "https://localhost:" + server.getLocalPort();
      Map<Of, Certificates.Source> sources =
          Certificates.sources(new Settings(Map.of("GODWIT_S3_ENDPOINT", url)), java());
      assertEquals(Set.of(Of.STORE), sources.keySet());
      SimpleMeterRegistry metrics = new SimpleMeterRegistry();
      try (Certificates _ = new Certificates(sources, metrics, Clock.systemUTC(), Threads.SYSTEM)) {
        awaitSeen(metrics, Of.STORE);
        isHeld(left(metrics, Of.STORE));
      }
    }
  }

  @Test
  void whereThereIsNoneNoneEnds() {
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    try (Certificates _ =
        new Certificates(
            Certificates.sources(new Settings(Map.of()), java()),
            metrics,
            Clock.systemUTC(),
            Threads.SYSTEM)) {
      assertEquals(Double.POSITIVE_INFINITY, left(metrics, Of.NONE));
    }
  }
}
