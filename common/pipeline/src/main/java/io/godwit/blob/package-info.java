/**
 * Content-addressed blobs in an S3 store, under {@code sha256/<digest>}, and what a device has
 * stored under {@code from/<device>/sha256/<digest>}: {@link io.godwit.blob.S3BlobStore} puts,
 * fetches and verifies them, {@link io.godwit.blob.Manifests} moves whole folders. Nothing is
 * handed on before its digest was found right. {@link io.godwit.blob.GrantingPublisher} gives a
 * device the right to read what a record names, and {@link io.godwit.blob.Grants} is where the
 * device keeps it.
 */
@NullMarked
package io.godwit.blob;

import org.jspecify.annotations.NullMarked;
