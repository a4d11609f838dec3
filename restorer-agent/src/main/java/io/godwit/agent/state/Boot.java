package io.godwit.agent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * One run of this machine's kernel. What ran in an earlier one does not run any more, and what was
 * written in an earlier one and not synced may be lost.
 *
 * @param id the kernel's, made anew at each start (random(4))
 * @param since when the machine was started, by its own clock; {@link Instant#EPOCH} where the
 *     kernel does not say
 */
public record Boot(String id, Instant since) {
  private static final String BTIME = "btime ";

  /**
   * The present one.
   *
   * @param proc {@code /proc} but in tests
   */
  public static Boot now(Path proc) throws IOException {
    String id = Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
    return new Boot(id, since(proc.resolve("stat")));
  }

  private static Instant since(Path stat) throws IOException {
    if (!Files.exists(stat)) {
      return Instant.EPOCH;
    }
    List<String> lines = Files.readAllLines(stat);
    return lines.stream()
        .filter(line -> line.startsWith(BTIME))
        .map(line -> Instant.ofEpochSecond(Long.parseLong(line.substring(BTIME.length()).strip())))
        .findFirst()
        .orElse(Instant.EPOCH);
  }
}
