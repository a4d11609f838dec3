package io.godwit.pages;

import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A folder of memory that went ahead, on either machine. What is in it counts by the manifest
 * beside the files, which is written when all of them are on the disk.
 */
public final class AheadFolder {
  private static final String MANIFEST = "ahead.manifest";

  private AheadFolder() {}

  /** What is in it, where that is whole. */
  public static Optional<Manifest> manifest(Path folder) throws IOException {
    Path file = folder.resolve(MANIFEST);
    return Files.exists(file)
        ? Optional.of(Manifest.parseFrom(Files.readAllBytes(file)))
        : Optional.empty();
  }

  /** Writes its files to the disk, and then that they are these. */
  public static void keep(Path folder, Manifest manifest) throws IOException {
    for (ManifestFile file : manifest.getFilesList()) {
      // Now, while nobody waits: later the disk would be busy with it.
      try (FileChannel channel =
          FileChannel.open(folder.resolve(file.getName()), StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    DurableFiles.write(folder.resolve(MANIFEST), manifest.toByteArray());
  }

  /** Until {@link #keep}, nothing in it counts: its files are about to change. */
  public static void open(Path folder) throws IOException {
    DurableFiles.delete(folder.resolve(MANIFEST));
  }
}
