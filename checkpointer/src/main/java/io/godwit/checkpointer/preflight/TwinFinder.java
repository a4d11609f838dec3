package io.godwit.checkpointer.preflight;

import io.godwit.checkpointer.source.ContainerFiles;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.isa.Isa;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the twin of every executable that runs in a container, and copies both out of it. */
final class TwinFinder {
  /** A label with the path of the only executable's twin. */
  static final String LABEL = "io.godwit.twin";

  /** With the executable's absolute path behind it: a label with the path of its twin. */
  static final String LABEL_OF = "io.godwit.twin.";

  private static final int PERMISSION_BITS = 07777;

  private final ProcFs processes;

  TwinFinder(ProcFs processes) {
    this.processes = processes;
  }

  /**
   * Finds and checks; adds every reason.
   *
   * @param folder for the copies
   */
  List<TwinFiles> find(
      Container container,
      List<HostProcess> running,
      Isa from,
      Isa to,
      Path folder,
      List<Refusal> refusals)
      throws IOException {
    Map<String, HostProcess> executables = new LinkedHashMap<>();
    for (HostProcess process : running) {
      String path = processes.executable(process);
      executables.putIfAbsent(path, process);
      int threads = processes.threads(process);
      if (threads > 1) {
        refusals.add(
            new Refusal(
                RefusalKind.THREADS,
                path,
                "%s (process %d) has %d threads; a program with several cannot be brought to one migration point yet."
                    .formatted(path, process.pid(), threads),
                "Run it with one."));
      }
    }
    List<TwinFiles> found = new ArrayList<>();
    for (Map.Entry<String, HostProcess> entry : executables.entrySet()) {
      Path copies = Files.createDirectories(folder.resolve("twin-" + found.size()));
      String twin = twinPath(container, entry.getKey(), executables.size(), to);
      find(entry.getKey(), entry.getValue(), twin, from, to, copies, refusals)
          .ifPresent(found::add);
    }
    return found;
  }

  private Optional<TwinFiles> find(
      String executable,
      HostProcess process,
      String twin,
      Isa from,
      Isa to,
      Path folder,
      List<Refusal> refusals)
      throws IOException {
    Path source = folder.resolve("source");
    Path target = folder.resolve("target");
    Path running = processes.executableFile(process);
    Files.copy(running, source, StandardCopyOption.REPLACE_EXISTING);
    int mode = (Integer) Files.getAttribute(running, "unix:mode") & PERMISSION_BITS;
    try {
      ContainerFiles.copy(processes.root(process), twin, target);
    } catch (NoSuchFileException e) {
      TwinChecks.read(executable, source, from, refusals);
      refusals.add(
          new Refusal(
              RefusalKind.TWIN,
              executable,
              "%s has no twin for %s: there is no %s in the container."
                  .formatted(executable, to.kernelName(), twin),
              "Put it there, or name it with the label %s%s=PATH."
                  .formatted(LABEL_OF, executable)));
      return Optional.empty();
    } catch (IOException e) {
      TwinChecks.read(executable, source, from, refusals);
      refusals.add(
          new Refusal(
              RefusalKind.TWIN,
              executable,
              "The twin of %s cannot be read: %s.".formatted(executable, e.getMessage()),
              "Put it beside the executable as %s%s.".formatted(executable, to.twinSuffix())));
      return Optional.empty();
    }
    TwinChecks.compare(executable, source, from, twin, target, to, refusals);
    return Optional.of(new TwinFiles(executable, source, target, mode));
  }

  private static String twinPath(Container container, String executable, int executables, Isa to) {
    Map<String, String> labels = container.labels();
    Optional<String> named = Optional.ofNullable(labels.get(LABEL_OF + executable));
    Optional<String> only = Optional.ofNullable(labels.get(LABEL)).filter(path -> executables == 1);
    return named.or(() -> only).orElse(executable + to.twinSuffix());
  }
}
