package io.godwit.standalone;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 store in this JVM whose buckets are folders; it keeps them. */
public final class EmbeddedS3 implements AutoCloseable {
  private final S3Proxy server;
  private final String host;

  private EmbeddedS3(S3Proxy server, String host) {
    this.server = server;
    this.host = host;
  }

  /**
   * Starts a store.
   *
   * @param folder for its data; created when missing
   * @param bind address of this machine: 127.0.0.1 for itself and QEMU guests, 0.0.0.0 for others
   * @param port 0 takes a free one
   * @throws IOException when it does not start, most often because the port is taken
   */
  public static EmbeddedS3 start(
      Path folder, String bind, int port, String accessKey, String secretKey) throws IOException {
    Path data = folder.toAbsolutePath();
    Files.createDirectories(data);
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(data.toString()))
            .endpoint(URI.create("http://" + bind + ":" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .ignoreUnknownHeaders(true)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException(
          "the embedded S3 store on %s did not start at %s:%d: %s"
              .formatted(data, bind, port, e.getMessage()),
          e);
    }
    return new EmbeddedS3(server, "0.0.0.0".equals(bind) ? "127.0.0.1" : bind);
  }

  /** Where this machine reaches it. */
  public URI endpoint() {
    return endpoint(host);
  }

  /**
   * Where others reach it.
   *
   * @param advertisedHost this machine as they know it, such as 10.0.2.2
   */
  public URI endpoint(String advertisedHost) {
    return URI.create("http://" + advertisedHost + ":" + server.getPort());
  }

  /** The port that it listens on. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("the embedded S3 store did not stop: " + e.getMessage(), e);
    }
  }
}
