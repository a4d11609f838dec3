package io.godwit.batch.plan;

/**
 * Why something does not go on.
 *
 * @param kind one word, which stays as it is
 * @param words a sentence without its full stop
 */
public record Wait(String kind, String words) {}
