package io.godwit.checkpointer.migration;

import io.godwit.contract.Preparation;
import io.godwit.contract.Template;
import java.time.Instant;

/**
 * What stands before a container may be frozen.
 *
 * @param expiresAt the deadline of the whole
 * @param preparation what went ahead
 * @param template what the device has rehearsed
 * @param forecastMs how long it is predicted to stand still, in milliseconds
 */
public record Prepared(
    Instant expiresAt,
    Source source,
    Preparation preparation,
    Template template,
    long forecastMs) {}
