package io.godwit.criu;

/**
 * Bytes of a pages file that go into another, one segment after the other.
 *
 * @param file what the caller of {@link Pagemap#decode} called the pages file
 * @param offset in bytes
 * @param length in bytes, at least one page
 */
public record PageSegment(String file, long offset, long length) {}
