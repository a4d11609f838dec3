package io.godwit.checkpointer.pages;

import io.godwit.blob.BlobStore;
import io.godwit.blob.ManifestWriter;
import io.godwit.blob.Manifests;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.pages.AheadFolder;
import io.godwit.pages.Layers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Stores a dump. Where its pages lie in two layers, only the upper one is sent, and described as
 * the whole: nobody who reads the manifest sees that memory went ahead.
 */
public final class WholePages {
  private final BlobStore blobs;
  private final int pageSize;

  public WholePages(BlobStore blobs, int pageSize) {
    this.blobs = blobs;
    this.pageSize = pageSize;
  }

  /**
   * What was stored.
   *
   * @param bytes that had to be sent for it
   */
  public record Upload(Manifest manifest, long bytes) {}

  /** A process's image in the upper layer, and its pages file. */
  private record Upper(EntryImage pagemap, String pages) {}

  /**
   * Stores files.
   *
   * @param files all of the dump, by their names
   * @param ahead the folder of the lower layer; it may be missing
   * @throws IOException when the layers do not fit, or the store does not answer
   */
  public Upload upload(List<Path> files, Path ahead, LongConsumer progress) throws IOException {
    Map<String, Path> byName = new TreeMap<>();
    files.forEach(file -> byName.put(String.valueOf(file.getFileName()), file));
    Map<String, ManifestFile> lower = lower(ahead);
    Map<String, Upper> uppers = new TreeMap<>();
    Map<String, String> pagemaps = new HashMap<>();
    for (Map.Entry<String, Path> file : byName.entrySet()) {
      if (lower.containsKey(file.getKey()) && isPagemap(file.getKey())) {
        EntryImage image =
            ImageFolder.of(file.getValue().resolveSibling("."))
                .entries(ImageName.parse(file.getKey()).orElseThrow());
        Upper upper = new Upper(image, Layers.pagesFile(image));
        uppers.put(file.getKey(), upper);
        pagemaps.put(upper.pages(), file.getKey());
      }
    }
    long[] sent = {0, 0};
    ManifestWriter own =
        new ManifestWriter(
            blobs,
            done -> {
              sent[0] = done;
              progress.accept(done);
            });
    for (String pages : pagemaps.keySet()) {
      own.add(pages, Optional.ofNullable(byName.get(pages)).orElseThrow());
    }
    Map<String, ManifestFile> stored = Manifests.byName(own.finish());
    ManifestWriter all =
        new ManifestWriter(
            blobs,
            done -> {
              sent[1] = done;
              progress.accept(sent[0] + done);
            });
    for (Map.Entry<String, Path> file : byName.entrySet()) {
      Upper upper = uppers.get(file.getKey());
      if (upper != null) {
        Layers.Pages whole = whole(upper, stored, lower, ahead);
        all.add(file.getKey(), whole.pagemap().encode().toByteArray());
        if (whole.segments().isEmpty()) {
          all.add(upper.pages(), new byte[0]);
        } else {
          all.add(upper.pages(), whole.segments());
        }
      } else if (!pagemaps.containsKey(file.getKey())) {
        all.add(file.getKey(), file.getValue());
      }
    }
    Manifest manifest = all.finish();
    return new Upload(manifest, sent[0] + sent[1]);
  }

  private Layers.Pages whole(
      Upper upper, Map<String, ManifestFile> stored, Map<String, ManifestFile> lower, Path ahead)
      throws IOException {
    try {
      EntryImage below = ImageFolder.of(ahead).entries(upper.pagemap().imageName());
      return Layers.whole(
          new Layers.Pages(upper.pagemap(), segments(stored, upper.pages())),
          new Layers.Pages(below, segments(lower, Layers.pagesFile(below))),
          pageSize);
    } catch (ImageException e) {
      throw new IOException(
          "the dump and the memory that went ahead do not fit: " + e.getMessage(), e);
    }
  }

  private static List<Segment> segments(Map<String, ManifestFile> files, String name)
      throws IOException {
    ManifestFile file = files.get(name);
    if (file == null) {
      throw new IOException("no " + name + " went ahead");
    }
    return Manifests.segments(file);
  }

  private static Map<String, ManifestFile> lower(Path ahead) throws IOException {
    return Files.isDirectory(ahead)
        ? Manifests.byName(AheadFolder.manifest(ahead).orElse(Manifest.getDefaultInstance()))
        : Map.of();
  }

  private static boolean isPagemap(String name) {
    return ImageName.parse(name).filter(image -> image.kind() == ImageKind.PAGEMAP).isPresent();
  }
}
