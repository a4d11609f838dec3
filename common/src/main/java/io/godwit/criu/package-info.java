/** CRIU's images: decoding and encoding byte for byte. */
@NullMarked
package io.godwit.criu;

import org.jspecify.annotations.NullMarked;
