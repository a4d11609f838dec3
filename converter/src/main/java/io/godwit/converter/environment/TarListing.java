package io.godwit.converter.environment;

import io.godwit.criu.ImageFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** What is in a small tar.gz archive (POSIX ustar, GNU's long names included as entries). */
final class TarListing {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int SIZE_AT = 124;
  private static final int SIZE_BYTES = 12;
  private static final int TYPE_AT = 156;

  /** An archive that holds nothing but some folders is not larger than this, compressed. */
  private static final int MAX_BYTES = 64 << 10;

  private TarListing() {}

  /**
   * The names of an archive's members, each with a leading slash and without a trailing one; the
   * archive's own top is the empty name. What is too large to hold only empty folders gives one
   * name that says so.
   *
   * @throws IOException when it is no gzip file or is cut short
   */
  static List<String> of(ImageFolder folder, String file) throws IOException {
    long size = folder.size(file);
    if (size > MAX_BYTES) {
      return List.of("/… (" + size + " bytes of files)");
    }
    List<String> names = new ArrayList<>();
    byte[] archive = folder.read(file, 0, (int) size);
    try (InputStream tar = new GZIPInputStream(new ByteArrayInputStream(archive))) {
      while (true) {
        byte[] header = tar.readNBytes(BLOCK);
        if (header.length < BLOCK || header[0] == 0) {
          return List.copyOf(names);
        }
        names.add(name(header));
        tar.skipNBytes(content(header));
      }
    }
  }

  private static String name(byte[] header) {
    String name = text(header, 0, NAME_BYTES);
    String path = name.startsWith(".") ? name.substring(1) : "/" + name;
    boolean folder = header[TYPE_AT] == '5';
    return folder && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static long content(byte[] header) throws IOException {
    String octal = text(header, SIZE_AT, SIZE_BYTES).strip();
    try {
      long size = octal.isEmpty() ? 0 : Long.parseLong(octal, 8);
      return (size + BLOCK - 1) / BLOCK * BLOCK;
    } catch (NumberFormatException e) {
      throw new IOException("a tar header with a size of " + octal, e);
    }
  }

  private static String text(byte[] header, int from, int length) {
    int end = from;
    while (end < from + length && header[end] != 0) {
      end++;
    }
    return new String(header, from, end - from, StandardCharsets.UTF_8);
  }
}
