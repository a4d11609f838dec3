/** The claim and the restore: never twice, never half, and the log decides. */
@NullMarked
package io.godwit.agent.restore;

import org.jspecify.annotations.NullMarked;
