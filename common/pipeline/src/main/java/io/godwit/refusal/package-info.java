/** Why a container does not move: a value with its parts, so that nobody has to read sentences. */
@NullMarked
package io.godwit.refusal;

import org.jspecify.annotations.NullMarked;
