/**
 * The conversion in the making: what goes in, what comes out, and the processes in between.
 *
 * <p>A {@link io.godwit.converter.graft.Draft} holds the checkpoint and the template, which stay as
 * they are, and the files of the conversion. {@link io.godwit.converter.graft.Step}s change it in a
 * fixed order. Files that do not change are named, never copied; the pages of a process are told as
 * parts of stored files.
 */
@NullMarked
package io.godwit.converter.graft;

import org.jspecify.annotations.NullMarked;
