package io.godwit.criu;

import com.google.protobuf.UnsafeByteOperations;
import io.godwit.criu.field.PagemapHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The images of one checkpoint, decoded when first asked for and kept. Pages files and other raw
 * images are never read whole. Not safe for use by several threads.
 */
public final class ImageFolder {
  /** Images of entries beyond this are refused: 256 MiB, a hundred times the largest seen. */
  static final int MAX_IMAGE_BYTES = 256 << 20;

  private final FileSource files;
  private final SortedSet<String> names;
  private final Map<ImageName, EntryImage> decoded = new HashMap<>();

  private ImageFolder(FileSource files) throws IOException {
    this.files = files;
    this.names = files.names();
  }

  /** The images in a directory; links in it are not followed. */
  public static ImageFolder of(Path directory) throws IOException {
    return of(new DirectorySource(directory));
  }

  /** The images in a folder of another kind. */
  public static ImageFolder of(FileSource files) throws IOException {
    return new ImageFolder(files);
  }

  /** The names of all files, those that are no images included. */
  public SortedSet<String> names() {
    return names;
  }

  /** The names of all images of a kind, by name. */
  public List<ImageName> images(ImageKind kind) {
    return names.stream()
        .flatMap(name -> ImageName.parse(name).stream())
        .filter(name -> name.kind() == kind)
        .toList();
  }

  /** Whether there is such an image. */
  public boolean has(ImageName name) {
    return names.contains(name.fileName());
  }

  /** An image of entries; empty when the checkpoint has none of that name. */
  public Optional<EntryImage> find(ImageName name) throws IOException {
    if (!has(name)) {
      return Optional.empty();
    }
    EntryImage known = decoded.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    if (name.kind().raw()) {
      throw new IllegalArgumentException(name + " has no entries");
    }
    long size = files.size(name.fileName());
    if (size > MAX_IMAGE_BYTES) {
      throw new ImageException(
          name.fileName(), 0, "at most " + MAX_IMAGE_BYTES + " bytes", size + " bytes");
    }
    byte[] bytes = files.read(name.fileName(), 0, (int) size);
    EntryImage image = EntryImage.decode(name, UnsafeByteOperations.unsafeWrap(bytes));
    decoded.put(name, image);
    return Optional.of(image);
  }

  /**
   * An image of entries that must be there.
   *
   * @throws ImageException when it is not, or is not sound
   */
  public EntryImage entries(ImageName name) throws IOException {
    return find(name)
        .orElseThrow(() -> new ImageException(name.fileName(), -1, "this image", "no such file"));
  }

  /** An image without id that must be there. */
  public EntryImage entries(ImageKind kind) throws IOException {
    return entries(ImageName.of(kind));
  }

  /** A numbered image that must be there. */
  public EntryImage entries(ImageKind kind, long id) throws IOException {
    return entries(ImageName.of(kind, id));
  }

  /**
   * The pagemap of a task, its pages file called by its own name.
   *
   * @param pageSize of the machine that dumped, in bytes
   * @throws ImageException also when the pages file has another size than the pagemap says
   */
  public Pagemap pagemap(long pid, int pageSize) throws IOException {
    EntryImage image = entries(ImageKind.PAGEMAP, pid);
    Message head = image.messages().stream().findFirst().orElse(Message.empty());
    long id = head.requireVarint(PagemapHead.PAGES_ID);
    String pages = ImageName.of(ImageKind.PAGES, id).fileName();
    Pagemap pagemap = Pagemap.decode(image, pageSize, pages);
    long size = names.contains(pages) ? files.size(pages) : 0;
    if (size != pagemap.pagesSize()) {
      throw new ImageException(pages, -1, pagemap.pagesSize() + " bytes", size + " bytes");
    }
    return pagemap;
  }

  /** The size of any file in bytes. */
  public long size(String name) throws IOException {
    return files.size(name);
  }

  /** A part of any file. */
  public byte[] read(String name, long offset, int length) throws IOException {
    return files.read(name, offset, length);
  }
}
