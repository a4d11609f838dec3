package io.godwit.service;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** What a server shows of itself. Nothing is said to it, and nothing it says is believed. */
final class ShownCertificates {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private ShownCertificates() {}

  /**
   * @throws IOException when it shows none
   */
  static List<X509Certificate> at(String host, int port)
      throws IOException, GeneralSecurityException {
    Onlooker onlooker = new Onlooker();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[0], new TrustManager[] {onlooker}, new SecureRandom());
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), Math.toIntExact(PATIENCE.toMillis()));
      plain.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
      try (SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
        socket.startHandshake();
      } catch (IOException e) {
        // A server that wants one of ours has shown its own before.
        if (onlooker.seen.get().isEmpty()) {
          throw e;
        }
      }
    }
    return onlooker.seen.get();
  }

  /** Only looks. */
  private static final class Onlooker extends X509ExtendedTrustManager {
    private final AtomicReference<List<X509Certificate>> seen = new AtomicReference<>(List.of());

    private void see(X509Certificate[] chain) {
      seen.set(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      see(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      see(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      see(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException("nobody is served here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
      checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
