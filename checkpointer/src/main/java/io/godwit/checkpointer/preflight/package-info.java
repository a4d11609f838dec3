/**
 * Everything that can be known to stand in a migration's way while nothing is touched. {@link
 * io.godwit.checkpointer.preflight.Preflight} asks all checks and names every reason, not the
 * first.
 *
 * <p>Where a program's twin lies: beside the executable, as {@code <executable>_aarch64} or {@code
 * <executable>_x86-64}; or where a label of the container says, as an absolute path in the
 * container without links: {@code io.godwit.twin.<absolute path of the executable>}, or {@code
 * io.godwit.twin} where one executable runs in the container.
 */
@NullMarked
package io.godwit.checkpointer.preflight;

import org.jspecify.annotations.NullMarked;
