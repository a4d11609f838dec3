/**
 * One migration as this host knows it. {@link io.godwit.checkpointer.migration.TransitionTable}
 * says which state may follow which; {@link io.godwit.checkpointer.migration.Gate} is the only way
 * from one to the next and persists it in the {@link io.godwit.checkpointer.migration.Journal}
 * before anybody acts on it. What is about to be done to the container is noted there first, in its
 * {@link io.godwit.checkpointer.migration.Standstill}, so that after a crash at any point it can be
 * undone.
 */
@NullMarked
package io.godwit.checkpointer.migration;

import org.jspecify.annotations.NullMarked;
