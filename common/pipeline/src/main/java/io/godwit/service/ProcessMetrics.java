package io.godwit.service;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What every JVM has to say of itself, under the names that Micrometer gives it; but for two that
 * Prometheus' conventions do not allow, and one of these under the name that they give it.
 */
final class ProcessMetrics implements AutoCloseable {
  /** For a registry that knows no meter yet. */
  static final MeterFilter CONVENTIONAL =
      MeterFilter.deny(id -> Set.of("process.cpu.time", "system.cpu.count").contains(id.getName()));

  private final JvmGcMetrics collections = new JvmGcMetrics();

  /**
   * @param stateDir whose disk's room is told; the next folder above it that is there is asked
   */
  ProcessMetrics(MeterRegistry metrics, Path stateDir) {
    collections.bindTo(metrics);
    new JvmMemoryMetrics().bindTo(metrics);
    new JvmThreadMetrics().bindTo(metrics);
    new ClassLoaderMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    new FileDescriptorMetrics().bindTo(metrics);
    new UptimeMetrics().bindTo(metrics);
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    FunctionCounter.builder("process.cpu", system, one -> one.getProcessCpuTime() / 1e9)
        .description("Processor time that the process has used.")
        .baseUnit("seconds")
        .register(metrics);
    new DiskSpaceMetrics(existing(stateDir).toFile()).bindTo(metrics);
  }

  private static Path existing(Path folder) {
    Path parent = folder.getParent();
    return Files.isDirectory(folder) || parent == null ? folder : existing(parent);
  }

  @Override
  public void close() {
    collections.close();
  }
}
