package io.godwit.converter.graft;

import io.godwit.criu.PageRun.PageSource;

/**
 * Names pages files of both folders so that one pagemap can refer to either. A name in a folder is
 * one path element, so a name with a slash is none of the source's.
 */
public final class PageOrigin {
  private static final String TEMPLATE = "template/";
  private static final String MADE = "made/";

  private PageOrigin() {}

  /** A place in a pages file of the template, as the template calls it. */
  public static PageSource template(PageSource there) {
    return new PageSource(TEMPLATE + there.file(), there.offset());
  }

  /** A page that the graft made. */
  static PageSource made(long address) {
    return new PageSource(MADE + Long.toHexString(address), 0);
  }

  static boolean isTemplate(String file) {
    return file.startsWith(TEMPLATE);
  }

  static boolean isMade(String file) {
    return file.startsWith(MADE);
  }

  /** The name in the template's folder. */
  static String inTemplate(String file) {
    return file.substring(TEMPLATE.length());
  }

  /** The address of a made page. */
  static long madeAddress(String file) {
    return Long.parseUnsignedLong(file.substring(MADE.length()), 16);
  }
}
