/** Grafting a frozen container onto a device. */
@NullMarked
package io.godwit.converter;

import org.jspecify.annotations.NullMarked;
