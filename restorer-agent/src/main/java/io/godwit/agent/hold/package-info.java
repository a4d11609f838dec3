/**
 * Containers that wait, created and not yet begun, for what they are restored from: the agent's
 * side of the OCI runtime that stands in front of runc ({@code src/main/native/runtime.c}).
 */
@NullMarked
package io.godwit.agent.hold;

import org.jspecify.annotations.NullMarked;
