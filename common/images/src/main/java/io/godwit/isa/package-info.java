/** The instruction sets and what is particular to each. */
@NullMarked
package io.godwit.isa;

import org.jspecify.annotations.NullMarked;
