package io.godwit.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the parts of one service: they are adopted in the order in which they start, and closed in
 * reverse. When a part fails to close the others are closed all the same, and the failures are
 * thrown together at the end. SIGTERM closes everything before the JVM ends.
 *
 * <p>Nothing ends in silence: a part that cannot go on says so ({@link Liveness.Worker#stuck}), and
 * a thread that dies of an Error is taken for one. Then {@code /health/live} names the reason, the
 * parts are closed, and the process ends with the code of a {@link ServiceExit}, so that its
 * supervisor starts it again. What is on disk and in the logs is enough to go on from.
 *
 * <pre>{@code
 * try (ServiceRuntime runtime = new ServiceRuntime("converter", settings, Clock.systemUTC())) {
 *   var kafka = runtime.adopt("kafka", new KafkaMessaging(...));
 *   runtime.adopt("checkpoints", kafka.subscribe(...));
 *   runtime.ready();
 *   runtime.awaitStop();
 * }
 * }</pre>
 */
public final class ServiceRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceRuntime.class);

  /** Who is not closed by then is left behind: a service that cannot go on must not stay. */
  private static final Duration CLOSING = Duration.ofSeconds(90);

  private record Part(String name, AutoCloseable closeable) {}

  private final String service;
  private final Settings settings;
  private final Clock clock;
  private final IntConsumer exit;
  private final PrometheusMeterRegistry metrics;
  private final Liveness liveness;
  private final Deque<Part> parts = new ArrayDeque<>();
  private final AtomicBoolean ready = new AtomicBoolean();
  private final List<Supplier<List<String>>> troubles = new CopyOnWriteArrayList<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicBoolean ending = new AtomicBoolean();
  private final Thread hook = new Thread(this::stopFromHook, "stop");

  /**
   * Starts the monitoring server where {@code GODWIT_METRICS_PORT} asks for one.
   *
   * @param service as in events and metrics: checkpointer, converter, restorer-agent, standalone
   * @throws SettingsException when the port cannot be had
   */
  public ServiceRuntime(String service, Settings settings, Clock clock) {
    // Not System.exit: its hooks wait for parts that do not close.
    this(service, settings, clock, Runtime.getRuntime()::halt);
  }

  /**
   * @param exit ends the process with this code
   */
  ServiceRuntime(String service, Settings settings, Clock clock, IntConsumer exit) {
    this.service = service;
    this.settings = settings;
    this.clock = clock;
    this.exit = exit;
    this.metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    metrics.config().meterFilter(ProcessMetrics.CONVENTIONAL);
    this.liveness = new Liveness(clock, this::end);
    Metric.WORKER_SILENT.gauge(
        metrics, () -> liveness.longestSilence().toMillis() / 1000.0, "service", service);
    settings.checkLogFormat();
    settings
        .unknown()
        .forEach(name -> LOG.warn("{} is set, but there is no such setting: misspelt?", name));
    int port = settings.metricsPort();
    if (port != 0) {
      adopt("process's metrics", new ProcessMetrics(metrics, settings.stateDir()));
      adopt(
          "certificates",
          new Certificates(
              Certificates.sources(settings, System.getProperties()),
              metrics,
              clock,
              Threads.SYSTEM));
      adopt("monitoring", monitoring(port));
    }
    Runtime.getRuntime().addShutdownHook(hook);
    Thread.setDefaultUncaughtExceptionHandler(this::died);
  }

  /** The service's name. */
  public String service() {
    return service;
  }

  public Settings settings() {
    return settings;
  }

  public MeterRegistry metrics() {
    return metrics;
  }

  public Liveness liveness() {
    return liveness;
  }

  public Clock clock() {
    return clock;
  }

  /**
   * Takes a part that has just started; it is closed before all that were adopted earlier.
   *
   * @throws IllegalStateException when the service is stopping; the part is closed then
   */
  public synchronized <T extends AutoCloseable> T adopt(String name, T part) {
    parts.push(new Part(name, part));
    if (stopping.get()) {
      // Asked to stop in the middle of its start: what came too late must not be left running.
      closeParts();
      throw new IllegalStateException(service + " is stopping; " + name + " is not started");
    }
    LOG.debug("{}: {} started", service, name);
    return part;
  }

  /** Everything has started. */
  public void ready() {
    ready.set(true);
    LOG.info("{} is ready", service);
  }

  /** Why the service is not to be used now; empty when it is. */
  public List<String> unready() {
    if (stopping.get()) {
      return List.of(service + " is stopping");
    }
    if (!ready.get()) {
      return Stream.concat(Stream.of(service + " is starting"), troubles()).toList();
    }
    return troubles().toList();
  }

  /** Something that may keep the service from being used; it is asked whenever somebody asks. */
  public void unreadyFor(Supplier<List<String>> reasons) {
    troubles.add(reasons);
  }

  private Stream<String> troubles() {
    return troubles.stream().flatMap(reasons -> reasons.get().stream());
  }

  /** Waits until somebody asks the service to stop: SIGTERM, or {@link #askToStop}. */
  public void awaitStop() throws InterruptedException {
    stopAsked.await();
  }

  /** Lets {@link #awaitStop} return. */
  public void askToStop() {
    stopAsked.countDown();
  }

  /** It cannot go on: says so, closes the parts, and ends the process. The first word counts. */
  private void end(ServiceExit how, String reason) {
    if (stopping.get() || !ending.compareAndSet(false, true)) {
      return;
    }
    LOG.error("{} ends with exit code {}: {}", service, how.code(), reason);
    // No daemon: the JVM must not end with 0 when the main thread is through before this one.
    Thread.ofPlatform().daemon(false).name("end").start(() -> leave(how));
  }

  private void leave(ServiceExit how) {
    try {
      Thread closing = Thread.ofPlatform().daemon().name("close").start(this::stopFromHook);
      if (!closing.join(CLOSING)) {
        LOG.error("{}: not all parts have closed; they are left behind", service);
      }
    } catch (InterruptedException e) {
      LOG.error("{}: interrupted while closing", service, e);
    } finally {
      exit.accept(how.code());
    }
  }

  private void died(Thread thread, Throwable cause) {
    LOG.error("{}: the thread {} has died", service, thread.getName(), cause);
    if (cause instanceof Error) {
      end(ServiceExit.CANNOT_GO_ON, "the thread " + thread.getName() + " has died of " + cause);
    }
  }

  /**
   * Closes the parts in reverse order; a second call waits for the first.
   *
   * @throws IllegalStateException when a part failed to close; all failures are suppressed in it
   */
  @Override
  public void close() {
    stopAsked.countDown();
    if (!stopping.compareAndSet(false, true)) {
      awaitStopped();
      return;
    }
    removeHook();
    try {
      closeParts();
    } finally {
      metrics.close();
      stopped.countDown();
    }
  }

  private synchronized void closeParts() {
    IllegalStateException failures =
        new IllegalStateException(service + " did not stop cleanly; see the suppressed failures");
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.closeable().close();
        LOG.debug("{}: {} stopped", service, part.name());
      } catch (Exception e) {
        failures.addSuppressed(new IllegalStateException(part.name() + " did not close: " + e, e));
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
      }
    }
    if (failures.getSuppressed().length > 0) {
      throw failures;
    }
    LOG.info("{} has stopped", service);
  }

  private MonitoringServer monitoring(int port) {
    try {
      return new MonitoringServer(
          new InetSocketAddress(port), metrics, liveness::stuck, this::unready);
    } catch (IOException e) {
      throw new SettingsException(
          "%s: port %d cannot be had: %s. Set another, or 0 for none."
              .formatted(Setting.METRICS_PORT.variable(), port, e.getMessage()),
          new UncheckedIOException(e));
    }
  }

  private void stopFromHook() {
    LOG.info("{} stops", service);
    try {
      close();
    } catch (IllegalStateException e) {
      LOG.warn("{}", e.getMessage(), e);
    }
  }

  private void removeHook() {
    if (Thread.currentThread() == hook) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException jvmIsGoing) {
      LOG.debug("the JVM is going down already");
    }
  }

  private void awaitStopped() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
