/**
 * What is done in each state of a migration, one {@link io.godwit.checkpointer.work.Step} each, and
 * the {@link io.godwit.checkpointer.work.Worker} that does them one after the other. A step may be
 * cut off anywhere and is then done again: it looks first at what the journal says was begun.
 */
@NullMarked
package io.godwit.checkpointer.work;

import org.jspecify.annotations.NullMarked;
