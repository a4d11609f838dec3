package io.godwit.agent.proof;

import io.godwit.criu.ImageException;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.docker.CheckpointStart.Proof;
import io.godwit.docker.CheckpointStart.Proof.Finding;
import io.godwit.docker.Container;
import io.godwit.docker.CriuLog;
import io.godwit.proc.PidNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final Path proc;

  /**
   * @param proc {@code /proc} but in tests
   */
  public RestoreProof(Path proc) {
    this.proc = proc;
  }

  /**
   * Knows the processes of a checkpoint.
   *
   * @param images what a container was to be started from
   */
  public Proof of(Path images) {
    return (container, log) -> look(container, images, log);
  }

  private Finding look(Container container, Path images, CriuLog log) {
    if (!log.restored()) {
      return new Finding.Stranger(
          "CRIU's log does not say that the restore finished: the container was started from the beginning.");
    }
    Path root = proc.resolve(Long.toString(container.state().pid()));
    try {
      return examine(root, ImageFolder.of(images), log);
    } catch (IOException | ImageException e) {
      if (!Files.exists(root)) {
        return new Finding.Ending();
      }
      return isMade(root, log)
          ? new Finding.Same(List.of(FINISHED, madeSentence(root)))
          : new Finding.Stranger("It cannot be compared with the checkpoint: " + e.getMessage());
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
    return new Finding.Same(proof);
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
}
