package io.godwit.standalone;

import io.godwit.blob.S3BlobStore;
import io.godwit.e2e.Docker;
import io.godwit.service.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The stores that blobs must be right in: the one in this JVM, and MinIO as it is deployed. Each
 * starts when the first test wants it and stays; buckets are each test's own.
 */
final class Stores implements ArgumentsProvider {
  static final String ACCESS_KEY = "somebody";
  static final String SECRET_KEY = "a secret of some length";

  /** Who comes with {@link #ACCESS_KEY}. */
  static S3BlobStore client(String endpoint, String bucket, String secret, MeterRegistry metrics) {
    return new S3BlobStore(
        new Settings(
            Map.of(
                "GODWIT_S3_ENDPOINT",
                endpoint,
                "GODWIT_S3_BUCKET",
                bucket,
                "GODWIT_S3_ACCESS_KEY",
                ACCESS_KEY,
                "GODWIT_S3_SECRET_KEY",
                secret)),
        metrics);
  }

  /** The same bytes for the same size. */
  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  /** One that runs, and can be away for a while. */
  abstract static class S3 {
    /** The same before and after it was away. */
    abstract URI endpoint();

    abstract void stop();

    /** Returns once it answers again. */
    abstract void start();

    /** For good. */
    void end() {
      stop();
    }
  }

  /** For JUnit's store, which ends it at the very end; an argument would end with its class. */
  private record Running(S3 store) implements AutoCloseable {
    @Override
    public void close() {
      store.end();
    }
  }

  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    return Stream.of(
            running(context, "embedded", Embedded::new), running(context, "minio", Minio::new))
        .map(Arguments::of);
  }

  private static S3 running(ExtensionContext context, String name, Supplier<S3> start) {
    return context
        .getRoot()
        .getStore(Namespace.create(Stores.class))
        .computeIfAbsent(name, key -> new Running(start.get()), Running.class)
        .store();
  }

  /** Gives a test class MinIO, in its constructor. */
  static final class OfMinio implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == S3.class;
    }

    @Override
    public S3 resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return running(context, "minio", Minio::new);
    }
  }

  private static final class Embedded extends S3 {
    private final Path folder;
    private final URI endpoint;
    private EmbeddedS3 server;

    Embedded() {
      try {
        folder = Files.createTempDirectory(Path.of("target"), "store");
        server = EmbeddedS3.start(folder, "127.0.0.1", 0, ACCESS_KEY, SECRET_KEY);
        endpoint = server.endpoint();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    URI endpoint() {
      return endpoint;
    }

    @Override
    void stop() {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    void start() {
      try {
        server = EmbeddedS3.start(folder, "127.0.0.1", endpoint.getPort(), ACCESS_KEY, SECRET_KEY);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String toString() {
      return "embedded";
    }
  }

  private static final class Minio extends S3 {
    private final MinIOContainer container;
    private final URI endpoint;

    Minio() {
      int port = FreePort.take();
      container =
          new MinIOContainer(DockerImageName.parse(Images.of("minio", "minio")))
              .withUserName(ACCESS_KEY)
              .withPassword(SECRET_KEY);
      // The Engine gives another at each start, where none is asked for.
      container.setPortBindings(List.of("127.0.0.1:" + port + ":9000"));
      container.start();
      endpoint = URI.create("http://127.0.0.1:" + port);
    }

    @Override
    URI endpoint() {
      return endpoint;
    }

    @Override
    void stop() {
      Docker.ofThisMachine().run("stop", container.getContainerId()).orFail();
    }

    @Override
    void start() {
      Docker.ofThisMachine().run("start", container.getContainerId()).orFail();
      Awaitility.await("MinIO to answer again")
          .atMost(Duration.ofSeconds(30))
          .until(() ->
              container.execInContainer("healthy", "9000", "/minio/health/ready").getExitCode()
                  == 0);
    }

    @Override
    void end() {
      container.stop();
    }

    @Override
    public String toString() {
      return "minio";
    }
  }
}
