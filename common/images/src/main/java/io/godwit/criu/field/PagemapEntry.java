package io.godwit.criu.field;

/** A run of pages (pagemap.proto). */
public final class PagemapEntry {
  /** Address of the first page. */
  public static final int VADDR = 1;

  /** The count of pages before CRIU 4.2, which writes 0 here. */
  public static final int COMPAT_NR_PAGES = 2;

  /** What {@link #PE_PARENT} was before there were flags. */
  public static final int IN_PARENT = 3;

  /** The PE bits below; absent in old images. */
  public static final int FLAGS = 4;

  /** The count of pages since CRIU 4.2. */
  public static final int NR_PAGES = 5;

  /** {@link #FLAGS}: in the parent checkpoint. */
  public static final int PE_PARENT = 1;

  /** {@link #FLAGS}: may be fetched later. */
  public static final int PE_LAZY = 2;

  /** {@link #FLAGS}: in the pages file. */
  public static final int PE_PRESENT = 4;

  private PagemapEntry() {}
}
