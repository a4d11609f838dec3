package io.godwit.messaging;

/**
 * A place in the decision log. What was decided after it can be read only while the log is the same
 * topic and still has every record from there on.
 *
 * @param topicId Kafka's id of the topic (KIP-516): one that was made anew has another
 * @param offset of the next record, at least 0
 */
public record LogPosition(String topicId, long offset) {}
