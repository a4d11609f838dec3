/**
 * One class for each thing that differs between the instruction sets, in the order of the design.
 */
@NullMarked
package io.godwit.converter.rewrite;

import org.jspecify.annotations.NullMarked;
