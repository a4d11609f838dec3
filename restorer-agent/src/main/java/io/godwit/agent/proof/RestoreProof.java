package io.godwit.agent.proof;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.docker.CriuLog;
import io.godwit.docker.DockerEngine;
import io.godwit.proc.PidNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Tells whether the restored process runs in a container. {@code docker start --checkpoint} has
 * started containers from the beginning without an error (criu#492, #1024, #1365), so its word is
 * not taken. Two things must hold: CRIU's log of this very restore says that it finished, and the
 * container's first process is the one that CRIU made, in the same place of the PID namespace. That
 * it is, its memory layout tells, which is the checkpoint's; and where it has become another
 * program since (execve), its number on this machine, which CRIU's log names and no fresh start
 * gets. The other processes are counted: one of them may have ended, or become another program,
 * since the moment it went on.
 */
public final class RestoreProof {
  /** The first of the sentences, in CRIU's words. */
  public static final String FINISHED =
      "CRIU's log of this restore says: Restore finished successfully.";

  private final DockerEngine engine;
  private final Path proc;

  /**
   * @param proc {@code /proc} but in tests
   */
  public RestoreProof(DockerEngine engine, Path proc) {
    this.engine = engine;
    this.proc = proc;
  }

  /**
   * Looks at a container.
   *
   * @param images what it was to be started from
   * @param log CRIU's log of the restore
   * @throws IOException when the Engine does not answer, so that nothing can be said
   */
  public Finding look(String containerId, Path images, Path log) throws IOException {
    Optional<JsonNode> inspect = engine.inspect(containerId);
    if (inspect.isEmpty()) {
      return new Finding.NothingRuns("The container is gone.");
    }
    CriuLog said = CriuLog.read(log);
    JsonNode state = inspect.get().path("State");
    long pid = state.path("Pid").asLong();
    if (!state.path("Running").asBoolean() || pid == 0) {
      return said.restored() ? ended(state) : new Finding.NothingRuns(notRunning(state));
    }
    if (!said.restored()) {
      return new Finding.Stranger(
          "CRIU's log does not say that the restore finished: the container was started from the beginning.");
    }
    Path root = proc.resolve(Long.toString(pid));
    try {
      return examine(root, ImageFolder.of(images), said);
    } catch (IOException | ImageException e) {
      if (!Files.exists(root)) {
        return new Finding.Ending("The process ended while it was looked at.");
      }
      return isMade(root, said)
          ? new Finding.Restored(List.of(FINISHED, madeSentence(root)))
          : new Finding.Stranger("It cannot be compared with the checkpoint: " + e.getMessage());
    }
  }

  /** How a container that has been restored ended. */
  public static Finding ended(JsonNode state) {
    Optional<Instant> started = time(state.path("StartedAt"));
    if (started.isEmpty()) {
      return new Finding.NothingRuns(notRunning(state));
    }
    return new Finding.Ended(
        state.path("ExitCode").asInt(),
        state.path("OOMKilled").asBoolean(),
        started.get(),
        time(state.path("FinishedAt")).orElse(started.get()));
  }

  /** The Engine writes the year 1 for never. */
  private static Optional<Instant> time(JsonNode at) {
    try {
      return Optional.of(Instant.parse(at.asText())).filter(Instant.EPOCH::isBefore);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Whether CRIU's log names a process as the one that it made for the first of the checkpoint. */
  private static boolean isMade(Path root, CriuLog log) {
    try {
      OptionalLong made = log.realPid(PidNamespace.innermostPid(root));
      return made.isPresent() && root.endsWith(Long.toString(made.getAsLong()));
    } catch (IOException e) {
      return false;
    }
  }

  private static String madeSentence(Path root) {
    return "CRIU's log names process %s of this machine as the one that it restored, and that is the container's."
        .formatted(root.getFileName());
  }

  private Finding examine(Path root, ImageFolder images, CriuLog log) throws IOException {
    List<Message> tree = images.entries(ImageKind.PSTREE).messages();
    long dumpedRoot = tree.getFirst().requireVarint(PstreeEntry.PID);
    long innermost = PidNamespace.innermostPid(root);
    MemoryLayout dumped =
        layout(images, dumpedRoot)
            .orElseThrow(
                () -> new IOException("the checkpoint has no memory of process " + dumpedRoot));
    List<String> differences = layout(root).differences(dumped);
    boolean became = !differences.isEmpty() && isMade(root, log);
    if (innermost != dumpedRoot || (!differences.isEmpty() && !became)) {
      return new Finding.Stranger(
          "The running process is not the checkpoint's: it is process %d, expected %d; %s."
              .formatted(
                  innermost,
                  dumpedRoot,
                  differences.isEmpty() ? "memory alike" : String.join(", ", differences)));
    }
    List<String> proof = new ArrayList<>();
    proof.add(FINISHED);
    proof.add(
        became
            ? madeSentence(root) + " It has become another program since."
            : layoutSentence(dumpedRoot, dumped));
    proof.add(othersSentence(root, images, tree));
    return new Finding.Restored(proof);
  }

  private String layoutSentence(long pid, MemoryLayout layout) throws IOException {
    Path setting = proc.resolve("sys/kernel/randomize_va_space");
    boolean random = !Files.exists(setting) || !Files.readString(setting).strip().equals("0");
    return "Process %d has the checkpoint's memory layout (stack 0x%x, heap 0x%x, arguments 0x%x)%s."
        .formatted(
            pid,
            layout.address(MemoryLayout.Mark.START_STACK),
            layout.address(MemoryLayout.Mark.START_BRK),
            layout.address(MemoryLayout.Mark.ARG_START),
            random
                ? ", which a fresh start would not get"
                : "; address randomisation is off here, so that alone would prove nothing");
  }

  private String othersSentence(Path root, ImageFolder images, List<Message> tree)
      throws IOException {
    Map<Long, Path> running = running(root);
    int there = 0;
    int alike = 0;
    for (Message task : tree) {
      long pid = task.requireVarint(PstreeEntry.PID);
      Optional<Path> here = Optional.ofNullable(running.get(pid));
      if (here.isPresent()) {
        there++;
        Optional<MemoryLayout> dumped = layout(images, pid);
        alike += dumped.isPresent() && isAlike(here.get(), dumped.get()) ? 1 : 0;
      }
    }
    return "Of the checkpoint's %d processes %d are there under their numbers, %d with the checkpoint's memory layout."
        .formatted(tree.size(), there, alike);
  }

  /** The processes of the container by their numbers in it. */
  private Map<Long, Path> running(Path root) throws IOException {
    Map<Long, Path> running = new HashMap<>();
    for (Path process : PidNamespace.processesWith(root)) {
      try {
        running.put(PidNamespace.innermostPid(process), process);
      } catch (IOException e) {
        if (process.equals(root)) {
          throw e;
        }
        // Others come and go while we look.
      }
    }
    return running;
  }

  private static boolean isAlike(Path process, MemoryLayout dumped) {
    try {
      return layout(process).differences(dumped).isEmpty();
    } catch (IOException e) {
      // It ended just now.
      return false;
    }
  }

  private static MemoryLayout layout(Path process) throws IOException {
    return MemoryLayout.ofStat(
        Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1));
  }

  private static Optional<MemoryLayout> layout(ImageFolder images, long pid) throws IOException {
    return images
        .find(ImageName.of(ImageKind.MM, pid))
        .map(image -> MemoryLayout.ofImage(image.only()));
  }

  private static String notRunning(JsonNode state) {
    String error = state.path("Error").asText();
    return "The container is %s, exit code %d%s"
        .formatted(
            state.path("Status").asText("not running"),
            state.path("ExitCode").asInt(),
            error.isEmpty() ? "." : ": " + error);
  }
}
