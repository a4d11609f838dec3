/**
 * Kafka and an S3 store in this JVM, on folders that outlive it: what {@code godwit standalone} and
 * the tests run on. {@link io.godwit.standalone.EmbeddedKafka} is a broker and its controller in
 * one, {@link io.godwit.standalone.EmbeddedS3} a store on the file system. Neither needs any JVM
 * argument; 512 MiB of heap do for both.
 */
@NullMarked
package io.godwit.standalone;

import org.jspecify.annotations.NullMarked;
