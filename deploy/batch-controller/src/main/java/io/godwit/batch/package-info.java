/**
 * The batch controller: moves many containers in waves, within limits. {@link
 * io.godwit.batch.lead.Leader} decides; what is here reads topics for it and writes for it.
 */
@NullMarked
package io.godwit.batch;

import org.jspecify.annotations.NullMarked;
