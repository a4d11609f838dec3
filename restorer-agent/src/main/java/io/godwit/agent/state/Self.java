package io.godwit.agent.state;

import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Who this agent is. Names of devices are given by people, who may give one twice; an instance is
 * made once and never given away, and what the log is told under it counts for no other machine.
 *
 * @param device the name that people gave
 * @param instance made at the first start and kept in the state folder
 * @param run made at every start
 * @param runBefore the one before, whose words may still be heard; empty at the first start
 */
public record Self(String device, String instance, String run, String runBefore) {
  private static final String INSTANCE = "instance";
  private static final String RUN = "run";

  /**
   * Begins a run: what is made here is on the disk before anybody hears of it.
   *
   * @throws IOException when the state folder cannot be written, or what stands there is no
   *     instance
   */
  public static Self begin(String device, StateFolder state) throws IOException {
    Path file = state.file(INSTANCE);
    String instance = read(file).orElseGet(() -> UUID.randomUUID().toString());
    try {
      if (!UUID.fromString(instance).toString().equals(instance)) {
        throw new IllegalArgumentException("not a UUID in lower case: " + instance);
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    if (!Files.exists(file)) {
      DurableFiles.write(file, instance);
    }
    String before = read(state.file(RUN)).orElse("");
    String run = UUID.randomUUID().toString();
    DurableFiles.write(state.file(RUN), run);
    return new Self(device, instance, run, before);
  }

  private static Optional<String> read(Path file) throws IOException {
    return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
  }
}
