/**
 * Records on Kafka topics: publishing, handling, dead letters, the decision log and the device
 * directory.
 */
@NullMarked
package io.godwit.messaging;

import org.jspecify.annotations.NullMarked;
