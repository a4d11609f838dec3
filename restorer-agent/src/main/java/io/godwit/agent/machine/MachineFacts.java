package io.godwit.agent.machine;

import io.godwit.isa.Isa;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the kernel says of this machine, through {@code /proc}.
 *
 * @param proc {@code /proc} but in tests
 * @param isaName as {@code uname -m} or Java's {@code os.arch} has it
 */
public record MachineFacts(Path proc, String isaName) {
  /** {@code a_type} of the page size in the auxiliary vector (uapi/linux/auxvec.h). */
  private static final long AT_PAGESZ = 6;

  private static final int AUXV_ENTRY = 16;
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");

  /** This machine. */
  public static MachineFacts ofThisMachine() {
    return new MachineFacts(Path.of("/proc"), System.getProperty("os.arch", "unknown"));
  }

  /**
   * The ISA.
   *
   * @throws IllegalArgumentException when Godwit does not know it
   */
  public Isa isa() {
    return Isa.ofKernelName(isaName);
  }

  /** The kernel's release. */
  public String kernel() throws IOException {
    return Files.readString(proc.resolve("sys/kernel/osrelease")).strip();
  }

  /** The page size in bytes, as the kernel tells every program at its start. */
  public int pageSize() throws IOException {
    byte[] auxv = Files.readAllBytes(proc.resolve("self/auxv"));
    ByteBuffer entries = ByteBuffer.wrap(auxv).order(ByteOrder.LITTLE_ENDIAN);
    while (entries.remaining() >= AUXV_ENTRY) {
      long type = entries.getLong();
      long value = entries.getLong();
      if (type == AT_PAGESZ) {
        return Math.toIntExact(value);
      }
    }
    throw new IOException(
        "%s: offset %d: expected AT_PAGESZ, found the end"
            .formatted(proc.resolve("self/auxv"), auxv.length));
  }

  /**
   * How many bits user space's addresses have: all lie below 2 to this power. The kernel puts the
   * stack under the top of user space, less a random part that never takes the highest bit, so the
   * stack's end tells: 47 on x86_64 with four levels of page tables, 48 or 39 on arm64. An arm64
   * kernel built for 52 bits gives programs 48 unless they ask for more
   * (Documentation/arch/arm64/memory.rst).
   */
  public int vaBits() throws IOException {
    Path maps = proc.resolve("self/maps");
    try (Stream<String> lines = Files.lines(maps)) {
      String stack =
          lines
              .filter(line -> line.endsWith("[stack]"))
              .findFirst()
              .orElseThrow(() -> new IOException(maps + ": expected a line for [stack]"));
      long end = Long.parseUnsignedLong(stack, stack.indexOf('-') + 1, stack.indexOf(' '), 16);
      return Long.SIZE - Long.numberOfLeadingZeros(end - 1);
    }
  }

  /**
   * The memory that the kernel can give to new programs without swapping, in bytes (proc(5),
   * MemAvailable).
   */
  public long availableMemory() throws IOException {
    Path meminfo = proc.resolve("meminfo");
    try (Stream<String> lines = Files.lines(meminfo)) {
      return lines
          .map(AVAILABLE::matcher)
          .filter(Matcher::matches)
          .findFirst()
          .map(matcher -> Long.parseLong(matcher.group(1)) * 1024)
          .orElseThrow(() -> new IOException(meminfo + ": expected a line for MemAvailable"));
    }
  }

  /** What the first processor can do, by the kernel's names. */
  public List<String> cpuFeatures() throws IOException {
    try (Stream<String> lines = Files.lines(proc.resolve("cpuinfo"))) {
      Optional<String> features =
          lines.filter(line -> line.startsWith("flags") || line.startsWith("Features")).findFirst();
      return features
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .map(words -> Arrays.stream(words.split("\\s+")).filter(w -> !w.isEmpty()).toList())
          .orElse(List.of());
    }
  }
}
