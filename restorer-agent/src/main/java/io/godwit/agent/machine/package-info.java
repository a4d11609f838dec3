/** What this device is and whether it can take containers, announced again and again. */
@NullMarked
package io.godwit.agent.machine;

import org.jspecify.annotations.NullMarked;
