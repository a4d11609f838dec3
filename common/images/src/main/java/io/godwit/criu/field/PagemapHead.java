package io.godwit.criu.field;

/** The first entry of a pagemap (pagemap.proto). */
public final class PagemapHead {
  /** The number in the pages file's name. */
  public static final int PAGES_ID = 1;

  private PagemapHead() {}
}
