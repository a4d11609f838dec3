/** Content-addressed blobs in an S3 store. */
@NullMarked
package io.godwit.blob;

import org.jspecify.annotations.NullMarked;
