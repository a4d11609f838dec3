/** A device, a log and a store in memory, with the semantics that the real ones promise. */
@NullMarked
package io.godwit.checkpointer.testing;

import org.jspecify.annotations.NullMarked;
