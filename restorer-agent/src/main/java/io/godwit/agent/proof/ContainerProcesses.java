package io.godwit.agent.proof;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The processes of a container, seen from the machine.
 *
 * @param proc {@code /proc} but in tests
 */
record ContainerProcesses(Path proc) {
  /**
   * The processes that live in the same PID namespace as one of them.
   *
   * @param rootPid that one, as the machine numbers it
   * @return the machine's numbers by the namespace's
   * @throws IOException when that one is gone
   */
  Map<Long, Long> inNamespaceOf(long rootPid) throws IOException {
    String namespace = namespace(rootPid);
    Map<Long, Long> pids = new HashMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(String.valueOf(process.getFileName()));
        try {
          if (namespace(pid).equals(namespace)) {
            pids.put(innermostPid(pid), pid);
          }
        } catch (IOException e) {
          if (pid == rootPid) {
            throw e;
          }
          // Others come and go while we look.
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return pids;
  }

  /** The process's number in the innermost namespace that it is in. */
  long innermostPid(long pid) throws IOException {
    Path status = proc.resolve(Long.toString(pid)).resolve("status");
    for (String line : Files.readAllLines(status, java.nio.charset.StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("NSpid:")) {
        String[] numbers = line.strip().split("\\s+");
        return Long.parseLong(numbers[numbers.length - 1]);
      }
    }
    throw new IOException(status + ": expected a line NSpid");
  }

  MemoryLayout layout(long pid) throws IOException {
    Path stat = proc.resolve(Long.toString(pid)).resolve("stat");
    return MemoryLayout.ofStat(
        new String(Files.readAllBytes(stat), java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  private String namespace(long pid) throws IOException {
    return Files.readSymbolicLink(proc.resolve(Long.toString(pid)).resolve("ns/pid")).toString();
  }
}
