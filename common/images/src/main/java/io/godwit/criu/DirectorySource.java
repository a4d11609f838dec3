package io.godwit.criu;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A folder on disk. Only regular files count: a link that an image folder brings could lead
 * anywhere.
 */
record DirectorySource(Path directory) implements FileSource {
  @Override
  public SortedSet<String> names() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          names.add(String.valueOf(file.getFileName()));
        }
      }
    }
    return names;
  }

  @Override
  public long size(String name) throws IOException {
    return Files.size(file(name));
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file(name))) {
      if (offset < 0 || length < 0 || offset > channel.size() - length) {
        throw new EOFException(
            name + " has " + channel.size() + " bytes, not " + length + " from " + offset);
      }
      ByteBuffer bytes = ByteBuffer.allocate(length);
      channel.position(offset);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new EOFException(name + " became shorter while it was read");
        }
      }
      return bytes.array();
    }
  }

  private Path file(String name) throws IOException {
    Path file = directory.resolve(name);
    boolean oneElement = directory.equals(file.getParent()) && file.endsWith(name);
    if (!oneElement || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(file.toString());
    }
    return file;
  }
}
