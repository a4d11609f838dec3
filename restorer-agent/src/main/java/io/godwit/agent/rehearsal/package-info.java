/**
 * The rehearsal: a container made as the one to come, with the probe as its process, is
 * checkpointed and restored.
 */
@NullMarked
package io.godwit.agent.rehearsal;

import org.jspecify.annotations.NullMarked;
