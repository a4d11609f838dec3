/**
 * CRIU's images: decoding and encoding byte for byte.
 *
 * <p>An image is a magic followed by entries, and an entry is a length, a protobuf message and, in
 * some images, bytes that the message counts. {@link io.godwit.criu.ImageFile#decode} yields either
 * an {@link io.godwit.criu.EntryImage} or, for what has no such shape or is not known, a {@link
 * io.godwit.criu.RawImage}. A {@link io.godwit.criu.Message} has no schema: it keeps every field as
 * it was read, so what this version does not know survives, and {@code encode(decode(x))} equals
 * {@code x}. The numbers of the fields that Godwit reads or changes stand in {@link
 * io.godwit.criu.field}.
 *
 * <pre>{@code
 * ImageFolder folder = ImageFolder.of(path);
 * EntryImage core = folder.entries(ImageKind.CORE, 1);
 * Message task = core.only().requireMessage(CoreEntry.TC);
 * EntryImage changed = core.withOnly(
 *     core.only().withMessage(CoreEntry.TC, task.withVarint(TaskCoreEntry.TASK_STATE, 1)));
 * byte[] bytes = changed.encode().toByteArray();
 * }</pre>
 *
 * <p>Everything here is immutable but {@link io.godwit.criu.ImageFolder}, and every malformed input
 * ends in an {@link io.godwit.criu.ImageException} that says file, offset, what was expected and
 * what was found. The package knows nothing of where images come from or go to.
 */
@NullMarked
package io.godwit.criu;

import org.jspecify.annotations.NullMarked;
