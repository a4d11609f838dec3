/** What the agent does to containers on this device's Engine. */
@NullMarked
package io.godwit.agent.container;

import org.jspecify.annotations.NullMarked;
