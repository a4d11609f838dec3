/**
 * What is to be done next, and why the rest waits: functions of what holds and of the time that is
 * passed in.
 */
@NullMarked
package io.godwit.batch.plan;

import org.jspecify.annotations.NullMarked;
