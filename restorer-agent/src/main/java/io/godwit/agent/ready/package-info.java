/**
 * Containers that stand ready on this device since before they were frozen at their source: made,
 * started, and held by the runtime until their images come.
 */
@NullMarked
package io.godwit.agent.ready;

import org.jspecify.annotations.NullMarked;
