package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.pages.Callers;
import io.godwit.checkpointer.pages.PageReceiver;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Reservations;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.pages.AheadFolder;
import io.godwit.pages.Layers;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A checkpoint in its two places. The Engine keeps it in {@code
 * ROOT/containers/ID/checkpoints/NAME}, and copies whatever lies there several times, at the dump
 * and at each start. So CRIU is told, by its option {@code images-dir}, to write and to read its
 * images in a folder of ours, and the Engine's has only what runc writes and reads itself.
 */
public final class CheckpointFolder {
  /** Written by runc: what the inherited descriptors were. */
  public static final String DESCRIPTORS = "descriptors.json";

  /** Written by CRIU last of all images, when it has sent all pages. */
  private static final String INVENTORY = "inventory.img";

  private static final String AHEAD = "ahead";

  private final Path engines;
  private final Path images;

  private CheckpointFolder(Path engines, Path images) {
    this.engines = engines;
    this.images = images;
  }

  /**
   * @param work the migration's work folder
   */
  public static CheckpointFolder of(
      DockerEngine engine, String containerId, String checkpoint, Path work) throws IOException {
    return new CheckpointFolder(
        CheckpointStart.folder(engine, containerId, checkpoint),
        work.resolve("images").toAbsolutePath());
  }

  /** Whether it holds a dump that succeeded. */
  public boolean isComplete() throws IOException {
    return Files.isRegularFile(images.resolve(INVENTORY))
        && Files.isRegularFile(engines.resolve(DESCRIPTORS))
        && !PageReceiver.isCutOff(images)
        && hasLowerLayer();
  }

  /** Whether the memory that went ahead is there, where the images lie over it. */
  private boolean hasLowerLayer() throws IOException {
    return !Files.isSymbolicLink(images.resolve(Layers.PARENT))
        || AheadFolder.manifest(ahead()).isPresent();
  }

  /**
   * Has CRIU restore memory that is only reserved, however much that is; see {@link Reservations}.
   *
   * @throws io.godwit.criu.ImageException when an image is damaged
   */
  public void uncountReservations() throws IOException {
    ImageFolder folder = ImageFolder.of(images);
    for (ImageName name : folder.images(ImageKind.MM)) {
      EntryImage image = folder.entries(name);
      EntryImage uncounted = image.map(Reservations::uncounted);
      if (!uncounted.equals(image)) {
        DurableFiles.write(images.resolve(name.fileName()), uncounted.encode().toByteArray());
      }
    }
  }

  /** Where CRIU reads and writes them. */
  Path images() {
    return images;
  }

  /**
   * Where the memory is that went ahead; beside the images, so that a link from there leads to it.
   */
  public Path ahead() {
    return images.resolveSibling(AHEAD);
  }

  /** The memory that went ahead of a migration. */
  public static Path ahead(Path work) {
    return work.resolve(AHEAD).toAbsolutePath();
  }

  /** What runc wrote. */
  public Path descriptors() {
    return engines.resolve(DESCRIPTORS);
  }

  /**
   * Makes the folder for the images, empty and for root alone: memory will lie there.
   *
   * @return what has CRIU write there
   */
  public String prepare() throws IOException {
    discard();
    Files.createDirectory(
        images, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return CriuOptions.imagesIn(images);
  }

  /**
   * Takes the pages of a dump to {@link #prepare}d images, over the memory that went ahead.
   *
   * @param pageSize of this machine, in bytes
   * @param callers who tells the dump from others
   */
  public PageReceiver receivePages(int pageSize, Callers callers) throws IOException {
    if (AheadFolder.manifest(ahead()).isEmpty()) {
      // Cut off in the middle: nobody knows what the device has of it.
      DurableFiles.deleteFolder(ahead());
    }
    return PageReceiver.listen(images, ahead(), pageSize, callers);
  }

  /** How much can be written to the images' disk, in bytes. */
  long room() throws IOException {
    return Files.getFileStore(images).getUsableSpace();
  }

  /**
   * Makes both places anew from what was stored. Everything is verified and nothing forced to the
   * disk.
   *
   * @throws IOException when the store does not answer, or has not all of it, or there is no room
   */
  public void fetch(Fetch store) throws IOException {
    prepare();
    store.into(images);
    Files.createDirectories(engines);
    Files.move(
        images.resolve(DESCRIPTORS),
        engines.resolve(DESCRIPTORS + ".new"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.move(
        engines.resolve(DESCRIPTORS + ".new"), descriptors(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Brings images from where they are kept. */
  @FunctionalInterface
  public interface Fetch {
    /** All of them, verified. */
    void into(Path images) throws IOException;
  }

  /** Deletes the images. */
  public void discard() throws IOException {
    if (Files.isDirectory(images)) {
      for (Path file : all(images)) {
        Files.delete(file);
      }
      Files.delete(images);
    }
    PageReceiver.forget(images);
  }

  /** CRIU's images, by name. */
  public List<Path> files() throws IOException {
    return all(images).stream()
        .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
        .filter(file -> !file.endsWith(DESCRIPTORS))
        .toList();
  }

  /** Names, sizes and times: equal to an earlier one when nobody has written meanwhile. */
  public List<String> glance() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path folder : List.of(engines, images)) {
      if (Files.isDirectory(folder)) {
        for (Path file : all(folder)) {
          lines.add(
              "%s %d %s"
                  .formatted(
                      file.getFileName(), Files.size(file), Files.getLastModifiedTime(file)));
        }
      }
    }
    return lines;
  }

  private static List<Path> all(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      all.forEach(files::add);
    }
    files.sort(Comparator.comparing(path -> String.valueOf(path.getFileName())));
    return files;
  }

  @Override
  public String toString() {
    return engines.toString();
  }
}
