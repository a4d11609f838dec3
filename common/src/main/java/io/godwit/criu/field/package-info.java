/**
 * The numbers of the fields that Godwit reads or changes, a class for each of CRIU's messages under
 * CRIU's names (images/*.proto in CRIU's sources, 4.2). A constant whose name begins with that of a
 * field's values is such a value; all others are field numbers.
 */
@NullMarked
package io.godwit.criu.field;

import org.jspecify.annotations.NullMarked;
