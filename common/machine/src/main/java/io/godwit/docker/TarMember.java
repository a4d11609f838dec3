package io.godwit.docker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One member of a tar archive, as far as one must know to say where it would be unpacked. Formats:
 * ustar and pax (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"), and GNU
 * tar's long names and sparse names (GNU tar manual, "Basic Tar Format").
 *
 * @param name as the archive has it
 * @param type the header's typeflag; {@code '0'} for a file in old archives too
 * @param link what a link points to, empty for others
 * @param size of the file's content in bytes, with a sparse file's holes
 * @param marks what overlayfs has noted of it: {@link #WHITEOUT}, and the names of its extended
 *     attributes without {@code trusted.overlay.}, such as {@link #OPAQUE}
 */
record TarMember(String name, char type, String link, long size, Set<String> marks) {
  /** Takes a copy. */
  TarMember {
    marks = Set.copyOf(marks);
  }

  /** It stands for nothing, and hides what the layers below have (filesystems/overlayfs). */
  static final String WHITEOUT = "whiteout";

  /** A folder that hides all that the layers below have in it. */
  static final String OPAQUE = "opaque";

  private static final String XATTR = "SCHILY.xattr.trusted.overlay.";
  private static final char DEVICE = '3';

  static final char HARD_LINK = '1';
  static final char SYMBOLIC_LINK = '2';
  static final char FOLDER = '5';

  private static final int BLOCK = 512;
  private static final int LONGEST_EXTENSION = 1 << 20;

  /**
   * Reads all members' headers.
   *
   * @param source names the archive in errors
   * @throws IOException when it is not a whole tar archive; says at which offset
   */
  static List<TarMember> readAll(InputStream archive, String source) throws IOException {
    return new Reader(archive, source).members();
  }

  private static final class Reader {
    private final InputStream archive;
    private final String source;
    private long offset;

    Reader(InputStream archive, String source) {
      this.archive = archive;
      this.source = source;
    }

    List<TarMember> members() throws IOException {
      List<TarMember> members = new ArrayList<>();
      Map<String, String> extension = new HashMap<>();
      while (true) {
        byte[] header = block();
        if (isZero(header)) {
          return members;
        }
        verifySum(header);
        char type = header[156] == 0 ? '0' : (char) header[156];
        long size = number(header, 124, 12);
        switch (type) {
          case 'x' -> readPax(body(size), extension);
          case 'g' -> body(size);
          case 'L' -> extension.put("path", cString(body(size)));
          case 'K' -> extension.put("linkpath", cString(body(size)));
          default -> {
            String paxSize = extension.get("size");
            long stored = paxSize == null ? size : Long.parseLong(paxSize);
            String realSize = extension.get("GNU.sparse.realsize");
            members.add(
                new TarMember(
                    extension.getOrDefault(
                        "GNU.sparse.name", extension.getOrDefault("path", ustarName(header))),
                    type,
                    extension.getOrDefault("linkpath", text(header, 157, 100)),
                    realSize == null ? stored : Long.parseLong(realSize),
                    marks(header, type, extension)));
            skip(stored, type);
            extension.clear();
          }
        }
      }
    }

    private Set<String> marks(byte[] header, char type, Map<String, String> extension)
        throws IOException {
      Set<String> marks = new HashSet<>();
      if (type == DEVICE && number(header, 329, 8) == 0 && number(header, 337, 8) == 0) {
        marks.add(WHITEOUT);
      }
      extension.keySet().stream()
          .filter(name -> name.startsWith(XATTR))
          .forEach(name -> marks.add(name.substring(XATTR.length())));
      return marks;
    }

    private byte[] block() throws IOException {
      byte[] block = archive.readNBytes(BLOCK);
      if (block.length != BLOCK) {
        throw new EOFException(
            "%s: offset %d: expected a block of %d bytes, found %d"
                .formatted(source, offset, BLOCK, block.length));
      }
      offset += BLOCK;
      return block;
    }

    private byte[] body(long size) throws IOException {
      if (size > LONGEST_EXTENSION) {
        throw new IOException(
            "%s: offset %d: an extended header of %d bytes, expected %d at most"
                .formatted(source, offset, size, LONGEST_EXTENSION));
      }
      byte[] padded = new byte[(int) ((size + BLOCK - 1) / BLOCK * BLOCK)];
      for (int at = 0; at < padded.length; at += BLOCK) {
        System.arraycopy(block(), 0, padded, at, BLOCK);
      }
      byte[] body = new byte[(int) size];
      System.arraycopy(padded, 0, body, 0, body.length);
      return body;
    }

    private void skip(long size, char type) throws IOException {
      // Links, devices, folders and FIFOs have no data whatever their size says.
      if (type >= '1' && type <= '6') {
        return;
      }
      long padded = (size + BLOCK - 1) / BLOCK * BLOCK;
      try {
        archive.skipNBytes(padded);
      } catch (EOFException e) {
        throw new EOFException(
            "%s: offset %d: the archive ends within a member of %d bytes"
                .formatted(source, offset, size));
      }
      offset += padded;
    }

    private void readPax(byte[] body, Map<String, String> into) throws IOException {
      int at = 0;
      while (at < body.length) {
        int space = at;
        while (space < body.length && body[space] != ' ') {
          space++;
        }
        int length = decimal(body, at, space);
        if (length <= space - at + 1 || length > body.length - at) {
          throw new IOException(
              "%s: offset %d: a pax record of %d bytes where %d are left"
                  .formatted(source, offset, length, body.length - at));
        }
        String record =
            new String(body, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
        int equals = record.indexOf('=');
        if (equals > 0) {
          into.put(record.substring(0, equals), record.substring(equals + 1));
        }
        at += length;
      }
    }

    private int decimal(byte[] body, int from, int to) throws IOException {
      try {
        return Integer.parseInt(new String(body, from, to - from, StandardCharsets.US_ASCII));
      } catch (NumberFormatException e) {
        throw new IOException(
            "%s: offset %d: a pax record without its length".formatted(source, offset), e);
      }
    }

    private void verifySum(byte[] header) throws IOException {
      long sum = 0;
      for (int i = 0; i < BLOCK; i++) {
        sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
      }
      long expected = number(header, 148, 8);
      if (sum != expected) {
        throw new IOException(
            "%s: offset %d: not a tar header: its sum is %d, expected %d"
                .formatted(source, offset - BLOCK, sum, expected));
      }
    }

    private long number(byte[] header, int at, int length) throws IOException {
      if ((header[at] & 0x80) != 0) {
        long value = header[at] & 0x3f;
        for (int i = at + 1; i < at + length; i++) {
          value = (value << 8) | (header[i] & 0xff);
        }
        if (value >= 0) {
          return value;
        }
      } else {
        String digits = text(header, at, length).strip();
        if (digits.isEmpty()) {
          return 0;
        }
        if (digits.matches("[0-7]+")) {
          return Long.parseLong(digits, 8);
        }
      }
      throw new IOException(
          "%s: offset %d: expected a number in the tar header"
              .formatted(source, offset - BLOCK + at));
    }

    private static String ustarName(byte[] header) {
      // GNU's own format ("ustar  ") has other things where ustar has the prefix.
      String prefix = text(header, 257, 6).equals("ustar") ? text(header, 345, 155) : "";
      String name = text(header, 0, 100);
      return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String cString(byte[] bytes) {
      return text(bytes, 0, bytes.length);
    }

    private static String text(byte[] bytes, int at, int length) {
      int end = at;
      while (end < at + length && bytes[end] != 0) {
        end++;
      }
      return new String(bytes, at, end - at, StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] block) {
      for (byte b : block) {
        if (b != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
