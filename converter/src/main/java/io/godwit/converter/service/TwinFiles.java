package io.godwit.converter.service;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.contract.BlobRef;
import io.godwit.contract.Twin;
import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Executable.FileBytes;
import io.godwit.elf.ElfException;
import io.godwit.elf.ElfFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Executables and their twins, fetched and verified into a folder that is gone at the end. */
final class TwinFiles implements AutoCloseable {
  private final Path folder;
  private final List<Path> files = new ArrayList<>();
  private final List<FileChannel> channels = new ArrayList<>();
  private final List<Executable> executables = new ArrayList<>();

  private TwinFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * Fetches them.
   *
   * @param parent a folder for files that do not outlive the conversion
   * @throws io.godwit.elf.ElfException when a file is no executable
   */
  static TwinFiles fetch(BlobStore blobs, Path parent, List<Twin> twins) throws IOException {
    Files.createDirectories(parent);
    TwinFiles result = new TwinFiles(Files.createTempDirectory(parent, "twins"));
    try {
      for (Twin twin : twins) {
        result.add(blobs, twin);
      }
      return result;
    } catch (IOException | RuntimeException e) {
      result.close();
      throw e;
    }
  }

  /** All of them, in the order of the record. */
  List<Executable> executables() {
    return List.copyOf(executables);
  }

  private void add(BlobStore blobs, Twin twin) throws IOException {
    Path source = fetch(blobs, twin.getSource());
    Path target = fetch(blobs, twin.getTarget());
    executables.add(
        new Executable(
            twin.getExecutable(),
            read(source, twin.getExecutable()),
            read(target, twin.getExecutable() + " (twin)"),
            open(source),
            open(target)));
  }

  /** Errors name the path in the container, not that of our copy. */
  private static ElfFile read(Path file, String name) throws IOException {
    try {
      return ElfFile.read(file);
    } catch (ElfException e) {
      throw new ElfException(name, e.offset(), e.expected(), e.found());
    }
  }

  private Path fetch(BlobStore blobs, BlobRef ref) throws IOException {
    Blob blob = Blob.of(ref);
    // Numbered, for one executable may be its own twin or stand under two paths.
    Path file = folder.resolve(files.size() + "-" + blob.sha256());
    blobs.fetch(blob, file, BlobStore.SILENT);
    files.add(file);
    return file;
  }

  private FileBytes open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file);
    channels.add(channel);
    return (offset, length) -> {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, offset + bytes.position()) < 0) {
          throw new EOFException(file + " ends before " + (offset + length));
        }
      }
      return bytes.array();
    };
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(folder);
  }
}
