package io.godwit.checkpointer.pages;

import java.io.IOException;

/** What CRIU sent is not what its page server's protocol says; the message says where and why. */
public final class PageStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  PageStreamException(String message) {
    super(message);
  }
}
