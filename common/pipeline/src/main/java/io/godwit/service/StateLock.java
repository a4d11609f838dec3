package io.godwit.service;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Optional;

/**
 * One process has a state folder: two would write one journal. The kernel holds the lock and lets
 * it go with the process, however that ends. The file stays: whoever deleted it could delete one
 * that another process has just locked.
 */
public final class StateLock implements AutoCloseable {
  /** In the folder; says who has it. */
  public static final String FILE = "in-use";

  private static final int LONGEST_WORD = 200;

  private final FileChannel channel;

  private StateLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a folder for this process; makes it where it is missing.
   *
   * @throws SettingsException when another process, or another part of this one, has it; says who
   * @throws IOException when the folder cannot be written
   */
  public static StateLock take(Path folder, Clock clock) throws IOException {
    DurableFiles.makeFolder(folder);
    Path file = folder.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (lock(channel).isEmpty()) {
        throw new SettingsException(
            "%s is another process's: %s. Stop that one, or give this one a folder of its own (%s)."
                .formatted(folder, holder(channel), Setting.STATE_DIR.variable()));
      }
      say(channel, "pid %d, since %s".formatted(ProcessHandle.current().pid(), clock.instant()));
      return new StateLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static Optional<FileLock> lock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(LONGEST_WORD);
    channel.read(word, 0);
    String said = new String(word.array(), 0, word.position(), StandardCharsets.UTF_8).strip();
    return said.isEmpty() ? "it has not said which it is" : said;
  }

  private static void say(FileChannel channel, String word) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap((word + "\n").getBytes(StandardCharsets.UTF_8)), 0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
