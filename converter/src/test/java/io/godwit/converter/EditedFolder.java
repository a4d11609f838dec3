package io.godwit.converter;

import io.godwit.criu.EntryImage;
import io.godwit.criu.FileSource;
import io.godwit.criu.ImageFile;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** A folder of images in memory, which a test may change. */
final class EditedFolder implements FileSource {
  private final SortedMap<String, byte[]> files = new TreeMap<>();

  static EditedFolder of(Path directory) throws IOException {
    EditedFolder folder = new EditedFolder();
    try (DirectoryStream<Path> listed = Files.newDirectoryStream(directory)) {
      for (Path file : listed) {
        folder.files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return folder;
  }

  EditedFolder put(String name, byte[] content) {
    files.put(name, content.clone());
    return this;
  }

  EditedFolder remove(String name) {
    files.remove(name);
    return this;
  }

  EditedFolder rename(String from, String to) {
    files.put(to, files.remove(from));
    return this;
  }

  byte[] bytes(String name) {
    return files.get(name).clone();
  }

  EntryImage image(ImageName name) {
    return (EntryImage) ImageFile.decode(name.fileName(), files.get(name.fileName()));
  }

  EntryImage image(ImageKind kind) {
    return image(ImageName.of(kind));
  }

  EntryImage image(ImageKind kind, long id) {
    return image(ImageName.of(kind, id));
  }

  EditedFolder edit(ImageName name, UnaryOperator<EntryImage> change) {
    files.put(name.fileName(), change.apply(image(name)).encode().toByteArray());
    return this;
  }

  /** Changes the message of an image that has only one. */
  EditedFolder editOnly(ImageName name, UnaryOperator<Message> change) {
    return edit(name, image -> image.withOnly(change.apply(image.only())));
  }

  /** Changes bytes within a file. */
  EditedFolder poke(String name, int offset, byte[] bytes) {
    System.arraycopy(bytes, 0, files.get(name), offset, bytes.length);
    return this;
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(files.keySet()));
  }

  @Override
  public long size(String name) throws IOException {
    return content(name).length;
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    byte[] content = content(name);
    if (offset < 0 || length < 0 || offset > content.length - length) {
      throw new EOFException(name);
    }
    return Arrays.copyOfRange(content, (int) offset, (int) offset + length);
  }

  private byte[] content(String name) throws NoSuchFileException {
    byte[] content = files.get(name);
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return content;
  }

  /** Empty, to be filled. */
  static EditedFolder empty() {
    return new EditedFolder();
  }
}
