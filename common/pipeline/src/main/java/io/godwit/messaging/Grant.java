package io.godwit.messaging;

/**
 * Whom the broker knows a party by.
 *
 * @param principal as in Kafka's access lists, {@code User:pi}
 */
public record Grant(Party party, String principal) {}
