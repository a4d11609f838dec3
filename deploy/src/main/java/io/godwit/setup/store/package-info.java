/**
 * What an S3 store needs before services and devices can share it: a bucket that keeps nothing that
 * is deleted and loses nothing that is needed, and for each of them keys of its own with no more
 * rights than its work asks for ({@link io.godwit.setup.store.StoreRole}).
 */
@NullMarked
package io.godwit.setup.store;

import org.jspecify.annotations.NullMarked;
