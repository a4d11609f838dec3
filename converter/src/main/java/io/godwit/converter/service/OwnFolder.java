package io.godwit.converter.service;

import io.godwit.blob.Blob;
import io.godwit.blob.Manifests;
import io.godwit.contract.BlobRef;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.contract.Template;
import java.util.stream.Stream;

/**
 * Where a template lies. The converter may read all that is stored, and a device only its own: one
 * that names somebody else's blobs in its template would have them read for it.
 */
final class OwnFolder {
  private OwnFolder() {}

  /** Whether all of it lies in the device's own folder; an older agent stores where hosts do. */
  static boolean holds(Template template, String device) {
    String own = Blob.folderOf(device);
    return blobs(template).allMatch(blob -> blob.getFolder().equals(own));
  }

  /**
   * @throws IllegalArgumentException when some of it lies in another device's folder
   */
  static void requireNoOthers(Template template, String device) {
    String own = Blob.folderOf(device);
    blobs(template)
        .filter(blob -> !blob.getFolder().isEmpty() && !blob.getFolder().equals(own))
        .findAny()
        .ifPresent(other -> {
          throw new IllegalArgumentException(
              "the template of device %s names a blob in %s, which is not its own folder"
                  .formatted(device, other.getFolder()));
        });
  }

  private static Stream<BlobRef> blobs(Template template) {
    return template.getImages().getFilesList().stream().flatMap(OwnFolder::blobs);
  }

  private static Stream<BlobRef> blobs(ManifestFile file) {
    return Manifests.segments(file).stream().map(Segment::getBlob);
  }
}
