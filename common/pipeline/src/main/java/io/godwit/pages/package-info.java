/**
 * Memory pages that go ahead of a checkpoint. While the container runs, its pages are sent to the
 * device; when it is frozen, only what is different from them follows. Both machines then hold a
 * checkpoint in two layers, as CRIU knows them from incremental dumps: {@code images/parent} has
 * the pages that went ahead, and a pagemap in {@code images} refers to it where they still hold. On
 * the wire there are no layers: a pages file is whole, and made of parts of blobs.
 */
@NullMarked
package io.godwit.pages;

import org.jspecify.annotations.NullMarked;
