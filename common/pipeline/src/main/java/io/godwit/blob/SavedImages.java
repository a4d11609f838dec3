package io.godwit.blob;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Notes on the container images that the store has as {@code docker save} writes them. They are
 * this machine's: its checkpointer writes one when it has saved an image, and its agent when it was
 * sent one, so that a container that goes on does not have its image saved again.
 */
public final class SavedImages {
  private final Path folder;
  private final BlobStore blobs;

  /**
   * @param stateDir what the services of this machine keep; the notes lie in {@code images}
   */
  public SavedImages(Path stateDir, BlobStore blobs) {
    this.folder = stateDir.resolve("images");
    this.blobs = blobs;
  }

  /**
   * The archive of an image, where the store has it still.
   *
   * @param image the Engine's id, sha256:…
   */
  public Optional<Blob> find(String image) throws IOException {
    Path note = note(image);
    if (!Files.exists(note)) {
      return Optional.empty();
    }
    String[] words = Files.readString(note).strip().split(" ", -1);
    try {
      Blob blob = new Blob(words[0], Long.parseLong(words[words.length - 1]));
      // The operator may have emptied the store: a look at the last byte tells.
      blobs.read(blob, blob.size() - 1, 1);
      return Optional.of(blob);
    } catch (BlobException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Notes where the archive of an image is. */
  public void note(String image, Blob archive) throws IOException {
    Files.createDirectories(folder);
    Path next = Files.createTempFile(folder, ".", ".new");
    Files.writeString(next, archive.sha256() + " " + archive.size());
    Files.move(next, note(image), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path note(String image) {
    return folder.resolve(image.replaceFirst("^sha256:", ""));
  }
}
