/**
 * The checkpointer: the service on every source host. {@link io.godwit.checkpointer.Requests} takes
 * requests from the topic, {@link io.godwit.checkpointer.Rehearsals} the devices' answers; {@link
 * io.godwit.checkpointer.Checkpointer} puts the parts together and {@code Main} runs it by itself.
 */
@NullMarked
package io.godwit.checkpointer;

import org.jspecify.annotations.NullMarked;
