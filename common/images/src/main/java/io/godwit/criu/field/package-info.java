/**
 * The numbers of the fields that Godwit reads or changes, a class for each of CRIU's messages under
 * CRIU's names (images/*.proto in CRIU's sources, 4.2). A constant whose Javadoc begins with a link
 * to another one is a value of that field; all others are field numbers. "Folded" numbers are
 * protobuf's sint: read and write them with {@code zigzag}. Constants with nothing to add to their
 * name have no Javadoc.
 */
@NullMarked
package io.godwit.criu.field;

import org.jspecify.annotations.NullMarked;
