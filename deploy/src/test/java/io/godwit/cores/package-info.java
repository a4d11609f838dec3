/** How many tests that keep a core busy run side by side. */
@NullMarked
package io.godwit.cores;

import org.jspecify.annotations.NullMarked;
