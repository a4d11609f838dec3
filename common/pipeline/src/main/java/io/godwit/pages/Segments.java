package io.godwit.pages;

import io.godwit.contract.Segment;
import java.util.ArrayList;
import java.util.List;

/** A file as the parts of blobs that it is made of, one after the other. */
public final class Segments {
  private Segments() {}

  /**
   * Other bytes at a place.
   *
   * @param offset in the file
   * @param segment what stands there
   */
  public record Change(long offset, Segment segment) {
    long end() {
      return offset + segment.getLength();
    }
  }

  /**
   * The file with other bytes at some places; its size stays.
   *
   * @param changes by ascending offset, none over another, all within the file
   */
  public static List<Segment> replace(List<Segment> file, List<Change> changes) {
    List<Segment> result = new ArrayList<>();
    int next = 0;
    long start = 0;
    for (Segment segment : file) {
      long at = start;
      long end = start + segment.getLength();
      while (at < end) {
        while (next < changes.size() && changes.get(next).end() <= at) {
          next++;
        }
        if (next == changes.size() || changes.get(next).offset() >= end) {
          result.add(cut(segment, at - start, end - at));
          at = end;
        } else {
          Change change = changes.get(next);
          if (change.offset() > at) {
            result.add(cut(segment, at - start, change.offset() - at));
            at = change.offset();
          }
          long to = Math.min(end, change.end());
          result.add(cut(change.segment(), at - change.offset(), to - at));
          at = to;
        }
      }
      start = end;
    }
    return result;
  }

  /** Where a file is other than it was, with what stands there now; both are of one size. */
  public static List<Change> changes(List<Segment> before, List<Segment> after) {
    List<Change> changes = new ArrayList<>();
    int old = 0;
    long oldStart = 0;
    long at = 0;
    for (Segment segment : after) {
      long start = at;
      long end = at + segment.getLength();
      while (at < end) {
        while (oldStart + before.get(old).getLength() <= at) {
          oldStart += before.get(old).getLength();
          old++;
        }
        Segment there = before.get(old);
        long to = Math.min(end, oldStart + there.getLength());
        Segment now = cut(segment, at - start, to - at);
        if (!now.equals(cut(there, at - oldStart, to - at))) {
          changes.add(new Change(at, now));
        }
        at = to;
      }
    }
    return changes;
  }

  /** The size of the file. */
  public static long size(List<Segment> file) {
    return file.stream().mapToLong(Segment::getLength).sum();
  }

  private static Segment cut(Segment segment, long from, long length) {
    return segment.toBuilder().setOffset(segment.getOffset() + from).setLength(length).build();
  }
}
