/**
 * The restorer-agent: runs on a device and takes containers in.
 *
 * <p>{@link io.godwit.agent.Main} puts the parts together: {@code machine} says what this device
 * is, {@code rehearsal} tries a container's move with the probe in its place, {@code restore}
 * claims and restores, {@code proof} tells a restored process from a fresh start, {@code container}
 * is what both do to containers and {@code state} is what survives a crash.
 */
@NullMarked
package io.godwit.agent;

import org.jspecify.annotations.NullMarked;
