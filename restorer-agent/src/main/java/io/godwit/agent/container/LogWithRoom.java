package io.godwit.agent.container;

import io.godwit.contract.Tail;
import io.godwit.docker.Container;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The log of a container that waits. The Engine has it open already, goes on at its end, and since
 * version 23 reads no further than to where it believes that to be: its length as it was opened,
 * and what was logged since (moby, loggerutils/logfile.go). So what went ahead is put there with
 * room behind, and what came since is written into that room. The room is blanks before the last
 * line's end, which JSON allows between its values (RFC 8259, 2): readers, and who counts lines,
 * find the same lines.
 */
final class LogWithRoom {
  /** In bytes: some thousands of lines between the rehearsal and the freeze. */
  static final int ROOM = 256 << 10;

  /** Where a file of the log is shorter than this the room would be a good part of it. */
  private static final long LEAST = 16L * ROOM;

  private static final String DRIVER = "json-file";

  private LogWithRoom() {}

  /**
   * Puts what went ahead of a log to where the Engine is going to write on.
   *
   * @param made not started yet
   * @param folder the Engine's of this container
   * @throws IOException where a log of this kind cannot be made longer when it is open
   */
  static void put(Tree tree, Container made, Path folder) throws IOException {
    if (!made.logDriver().equals(DRIVER) || made.mostOfLog() < LEAST) {
      throw new IOException(
          "its log cannot be made longer while the Engine has it open (driver %s)"
              .formatted(made.logDriver()));
    }
    for (Path file : files(tree.files())) {
      Files.copy(
          file,
          place(tree, made, folder, file),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    Path current = folder.resolve(made.id() + "-json.log");
    try (RandomAccessFile log = new RandomAccessFile(current.toFile(), "rw")) {
      long end = end(log);
      log.seek(end);
      log.write(blanks(ROOM));
      log.write('\n');
    }
  }

  /**
   * Brings a log to what it was when the container was frozen.
   *
   * @param waiting whose log the Engine has open, and writes nothing to
   * @throws IOException when it has grown by more than the room
   */
  static void complete(Tree tree, Container waiting, Path folder) throws IOException {
    Path current = folder.resolve(waiting.id() + "-json.log");
    for (Path file : files(tree.files())) {
      Path place = place(tree, waiting, folder, file);
      if (place.equals(current)) {
        fill(file, current, sameUntil(tree, file));
      } else {
        Files.move(file, place, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    for (String gone : tree.what().getFiles().getRemovedList()) {
      DurableFiles.delete(place(tree, waiting, folder, Path.of(gone)));
    }
  }

  private static void fill(Path from, Path current, long since) throws IOException {
    try (RandomAccessFile whole = new RandomAccessFile(from.toFile(), "r");
        RandomAccessFile log = new RandomAccessFile(current.toFile(), "rw")) {
      long end = end(whole);
      long room = log.length() - 1 - end;
      if (room < 0) {
        throw new IOException("its log has grown by more than there is room for");
      }
      // The end of the last line that went ahead stands at the very end now.
      long at = Math.min(Math.max(0, since - 1), end);
      whole.seek(at);
      log.seek(at);
      byte[] some = new byte[1 << 16];
      while (at < end) {
        int count = (int) Math.min(some.length, end - at);
        whole.readFully(some, 0, count);
        log.write(some, 0, count);
        at += count;
      }
      for (long left = room; left > 0; left -= ROOM) {
        log.write(blanks((int) Math.min(ROOM, left)));
      }
    }
  }

  /** Up to where a file is what went ahead of it. */
  private static long sameUntil(Tree tree, Path file) throws IOException {
    OptionalLong tail =
        tree.what().getTailsList().stream()
            .filter(end -> end.getPath().equals(String.valueOf(file.getFileName())))
            .mapToLong(Tail::getOffset)
            .findFirst();
    if (tail.isPresent()) {
      return tail.getAsLong();
    }
    return tree.what().getFiles().hasArchive() ? 0 : Files.size(file);
  }

  /** Without the last line's end. */
  private static long end(RandomAccessFile log) throws IOException {
    if (log.length() == 0) {
      return 0;
    }
    log.seek(log.length() - 1);
    if (log.read() != '\n') {
      throw new IOException("its log ends within a line");
    }
    return log.length() - 1;
  }

  private static byte[] blanks(int count) {
    return " ".repeat(count).getBytes(StandardCharsets.US_ASCII);
  }

  private static Path place(Tree tree, Container container, Path folder, Path file) {
    String name = String.valueOf(file.getFileName());
    return folder.resolve(name.replace(tree.what().getSource(), container.id()));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
