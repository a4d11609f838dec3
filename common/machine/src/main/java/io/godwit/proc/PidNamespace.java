package io.godwit.proc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The processes of a container, seen from the machine: those of a PID namespace. */
public final class PidNamespace {
  private static final String NUMBERS = "NSpid:";

  private PidNamespace() {}

  /**
   * The processes that live in the same PID namespace as one of them, that one among them; those
   * that end meanwhile may be left out.
   *
   * @param one its folder in {@code /proc}
   * @return the folders of all, beside that one's, in no order
   * @throws IOException when that one is gone
   */
  public static List<Path> processesWith(Path one) throws IOException {
    Path proc = Objects.requireNonNull(one.getParent());
    Path namespace = namespace(one);
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : all) {
        try {
          if (namespace(process).equals(namespace)) {
            found.add(process);
          }
        } catch (IOException e) {
          // It has ended meanwhile.
        }
      }
    } catch (DirectoryIteratorException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    if (!found.contains(one)) {
      throw new IOException("process %s has ended".formatted(one.getFileName()));
    }
    return found;
  }

  /**
   * A process's number in the innermost namespace that it is in, by which CRIU names images.
   *
   * @param process its folder in {@code /proc}
   * @throws IOException when it is gone
   */
  public static long innermostPid(Path process) throws IOException {
    Path status = process.resolve("status");
    for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith(NUMBERS)) {
        String[] numbers = line.substring(NUMBERS.length()).strip().split("\\s+", -1);
        try {
          return Long.parseLong(numbers[numbers.length - 1]);
        } catch (NumberFormatException e) {
          throw new IOException("%s: expected numbers, found: %s".formatted(status, line), e);
        }
      }
    }
    throw new IOException("%s: expected a line %s".formatted(status, NUMBERS));
  }

  private static Path namespace(Path process) throws IOException {
    return Files.readSymbolicLink(process.resolve("ns/pid"));
  }
}
