/**
 * What holds, folded from records: batches from the topic of their words, the fleet from what hosts
 * and devices say of themselves. No I/O, no clock; whoever reads the same records has the same.
 */
@NullMarked
package io.godwit.batch.state;

import org.jspecify.annotations.NullMarked;
