/**
 * Memory of the source's processes: sent ahead while they run ({@link
 * io.godwit.checkpointer.pages.Precopy}), and taken from CRIU while it dumps ({@link
 * io.godwit.checkpointer.pages.PageReceiver}), so that of what went ahead nothing is written,
 * hashed or sent again while they are frozen.
 */
@NullMarked
package io.godwit.checkpointer.pages;

import org.jspecify.annotations.NullMarked;
