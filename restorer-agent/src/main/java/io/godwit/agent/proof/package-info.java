/** Whether what runs in a container is the restored process or a fresh start. */
@NullMarked
package io.godwit.agent.proof;

import org.jspecify.annotations.NullMarked;
