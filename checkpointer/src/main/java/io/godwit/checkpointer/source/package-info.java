/**
 * The container and its processes on this host: {@link io.godwit.checkpointer.source.ProcessTable}
 * finds the processes, {@link io.godwit.checkpointer.source.ProcFs} tells what they have, {@link
 * io.godwit.checkpointer.source.ProcessMemory} reads and writes their memory, {@link
 * io.godwit.checkpointer.source.MigrationPoints} brings them to their migration points and has them
 * go on, {@link io.godwit.checkpointer.source.ProcessIdentity} tells a restored process from a
 * fresh one.
 */
@NullMarked
package io.godwit.checkpointer.source;

import org.jspecify.annotations.NullMarked;
