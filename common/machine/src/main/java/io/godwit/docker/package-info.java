/** The Docker Engine, as far as checkpointing and restoring containers needs it. */
@NullMarked
package io.godwit.docker;

import org.jspecify.annotations.NullMarked;
