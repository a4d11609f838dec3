/**
 * Records on Kafka topics. {@link io.godwit.messaging.KafkaMessaging} makes everything from the
 * settings:
 *
 * <ul>
 *   <li>{@link io.godwit.messaging.Publisher} writes a record, with the headers of a CloudEvent,
 *       and returns when it is safe;
 *   <li>{@link io.godwit.messaging.Subscription} hands the records of a topic to a {@link
 *       io.godwit.messaging.RecordHandler}, one at a time and for as long as each needs, and puts
 *       those that cannot be handled with the dead letters, as they came, after their handler was
 *       told;
 *   <li>{@link io.godwit.messaging.DecisionLog} is the log whose first Claim or Abort decides;
 *       {@link io.godwit.messaging.Verdict} says what its records amount to;
 *   <li>{@link io.godwit.messaging.DeviceDirectory} is the topic of devices as a table;
 *   <li>{@link io.godwit.messaging.EventPublisher} tells people how a migration gets on;
 *   <li>{@link io.godwit.messaging.DeadLetterBox} is where people find what was not handled.
 * </ul>
 *
 * <p>{@link io.godwit.messaging.TopicRules} says how a topic must be for all this to hold: a
 * service does not start on others. {@link io.godwit.messaging.TopicTail}, under the log and the
 * directory, reads one topic from its beginning without a gap, and begins again when it was made
 * anew.
 *
 * <p>Kafka delivers at least once: a handler may see a record twice. Kafka fences only Kafka: what
 * happens outside of it (a container that starts) is guarded by the decision log.
 */
@NullMarked
package io.godwit.messaging;

import org.jspecify.annotations.NullMarked;
