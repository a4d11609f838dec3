/**
 * The crash matrix: every service a process of its own, killed or stopped at chosen moments. A
 * container moves from this machine to the same machine under another name, on a Docker Engine that
 * the tests start for themselves, so that it can be killed, too. What passes between the parts goes
 * through proxies ({@link io.godwit.matrix.Wires}): there a fault meets a call before it has an
 * effect, or after it and before who called knows. {@link io.godwit.matrix.Numbers} are the oracle.
 */
@NullMarked
package io.godwit.matrix;

import org.jspecify.annotations.NullMarked;
