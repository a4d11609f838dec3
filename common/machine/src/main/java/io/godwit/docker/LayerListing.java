package io.godwit.docker;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What stood in a container's writable layer at a moment.
 *
 * @param takenAt before the first file was looked at
 * @param entries by path, relative to the layer and without leading slash; {@code "."} is the layer
 *     itself. In path order, so that a folder comes before what is in it
 */
public record LayerListing(Instant takenAt, NavigableMap<String, Entry> entries) {
  /**
   * One file. The times are kept as text: they are compared, not reckoned with.
   *
   * @param type {@code f} file, {@code d} folder, {@code l} link, {@code c} character device (a
   *     whiteout is one), {@code b}, {@code p}, {@code s} socket
   * @param size in bytes
   * @param modified seconds since the epoch, with nanoseconds
   * @param changed the inode's change time, likewise
   * @param inode its number
   */
  public record Entry(char type, long size, String modified, String changed, long inode) {}

  /** A listing is a value: nobody changes the map behind it. */
  public LayerListing {
    entries = Collections.unmodifiableNavigableMap(new TreeMap<>(entries));
  }

  /**
   * How a listing must change to become a later one.
   *
   * @param changed paths to archive again
   * @param removed paths that are gone, or stand for another kind of file now; of a folder that is
   *     gone only the folder
   */
  public record Difference(List<String> changed, List<String> removed) {}

  /**
   * What is different in a later listing. A file whose inode changed within a second before this
   * listing was taken, or after, counts as changed: its times may not tell a later write.
   */
  public Difference until(LayerListing later) {
    long racy = takenAt.getEpochSecond() - 1;
    List<String> changed = new ArrayList<>();
    later.entries.forEach((path, entry) -> {
      Entry before = entries.get(path);
      if (!entry.equals(before) || seconds(entry.changed) >= racy) {
        changed.add(path);
      }
    });
    Set<String> removed = new LinkedHashSet<>();
    entries.forEach((path, entry) -> {
      Entry now = later.entries.get(path);
      boolean gone = now == null || now.type != entry.type;
      if (gone && !hasAncestorIn(removed, path)) {
        removed.add(path);
      }
    });
    return new Difference(changed, List.copyOf(removed));
  }

  private static boolean hasAncestorIn(Set<String> removed, String path) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (removed.contains(path.substring(0, slash))) {
        return true;
      }
    }
    return false;
  }

  private static long seconds(String time) {
    int dot = time.indexOf('.');
    return Long.parseLong(dot < 0 ? time : time.substring(0, dot));
  }

  /**
   * Reads what {@code find -printf '%y %s %T@ %C@ %i %P\0'} wrote.
   *
   * @throws IllegalArgumentException when that is not its form, or a name is not UTF-8: the wire
   *     contract cannot carry it
   */
  static LayerListing parse(Instant takenAt, byte[] found) {
    NavigableMap<String, Entry> entries = new TreeMap<>();
    int start = 0;
    for (int end = 0; end < found.length; end++) {
      if (found[end] == 0) {
        String line = decode(found, start, end - start);
        String[] fields = line.split(" ", 6);
        if (fields.length != 6 || fields[0].length() != 1) {
          throw new IllegalArgumentException(
              "find: offset %d: expected six fields, found: %s".formatted(start, line));
        }
        entries.put(
            fields[5].isEmpty() ? "." : fields[5],
            new Entry(
                fields[0].charAt(0),
                Long.parseLong(fields[1]),
                fields[2],
                fields[3],
                Long.parseLong(fields[4])));
        start = end + 1;
      }
    }
    if (start != found.length) {
      throw new IllegalArgumentException("find: offset %d: no end of line".formatted(start));
    }
    return new LayerListing(takenAt, entries);
  }

  private static String decode(byte[] bytes, int offset, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "a file's name is not UTF-8, so Godwit cannot move it: "
              + new String(bytes, offset, length, StandardCharsets.ISO_8859_1),
          e);
    }
  }
}
