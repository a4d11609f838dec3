/**
 * What is done to the source's container, one act at a time: it is looked at, frozen, dumped as it
 * stands, thawed, ended; and made anew from its dump where the frozen processes are gone. Nothing
 * here decides anything, keeps anything in mind or knows of migrations: who calls notes first what
 * it is about to do, and every act may be done again.
 *
 * <p>Frozen is harmless: the processes stand whole in the kernel's cgroup freezer and go on at
 * {@link io.godwit.checkpointer.freeze.SourceControl#thaw}, whatever became of the dump.
 */
@NullMarked
package io.godwit.checkpointer.freeze;

import org.jspecify.annotations.NullMarked;
