/** Where the registers of the other ISA come from, and how CRIU keeps them. */
@NullMarked
package io.godwit.converter.registers;

import org.jspecify.annotations.NullMarked;
