/**
 * What the agent keeps on disk: who it is, staged files, and a journal that is written before
 * anything is done.
 */
@NullMarked
package io.godwit.agent.state;

import org.jspecify.annotations.NullMarked;
