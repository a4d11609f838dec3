/**
 * Content-addressed blobs in an S3 store, under {@code sha256/<digest>}: {@link
 * io.godwit.blob.S3BlobStore} puts, fetches and verifies them, {@link io.godwit.blob.Manifests}
 * moves whole folders. Nothing is handed on before its digest was found right.
 */
@NullMarked
package io.godwit.blob;

import org.jspecify.annotations.NullMarked;
