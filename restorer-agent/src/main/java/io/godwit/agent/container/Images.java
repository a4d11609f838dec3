package io.godwit.agent.container;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.blob.SavedImages;
import io.godwit.contract.ImageDescription;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The images that containers are made from, loaded where this device lacks them. */
public final class Images {
  private final DockerEngine engine;
  private final BlobStore blobs;
  private final SavedImages saved;

  /**
   * @param saved notes what was sent, so that it needs not be saved here when the container goes on
   */
  public Images(DockerEngine engine, BlobStore blobs, SavedImages saved) {
    this.engine = engine;
    this.blobs = blobs;
    this.saved = saved;
  }

  /**
   * Makes sure that an image is there.
   *
   * @return what to call it in a create request: its tag, which it gets where the tag means nothing
   *     here, and its id where the tag means another image
   * @throws IOException when it is not there and cannot be loaded
   */
  public String ensure(ImageDescription image) throws IOException {
    if (engine.inspectImage(image.getId()).isEmpty()) {
      if (!image.hasArchive()) {
        throw new IOException(
            "The image %s is not on this device, and no archive of it was sent."
                .formatted(image.getId()));
      }
      try (InputStream archive = blobs.open(Blob.of(image.getArchive()))) {
        engine.loadImage(archive);
      }
      if (engine.inspectImage(image.getId()).isEmpty()) {
        throw new IOException(
            "The archive that was sent does not hold the image %s.".formatted(image.getId()));
      }
    }
    if (image.hasArchive()) {
      saved.note(image.getId(), Blob.of(image.getArchive()));
    }
    for (String tag : image.getTagsList()) {
      Optional<EngineImage> here = engine.inspectImage(tag);
      if (here.isEmpty()) {
        engine.tagImage(image.getId(), tag);
        return tag;
      }
      if (here.get().id().equals(image.getId())) {
        return tag;
      }
    }
    return image.getId();
  }

  /** Bytes that {@link #ensure} would fetch. */
  public long bytesToFetch(ImageDescription image) throws IOException {
    return engine.inspectImage(image.getId()).isPresent() ? 0 : image.getArchive().getSize();
  }
}
