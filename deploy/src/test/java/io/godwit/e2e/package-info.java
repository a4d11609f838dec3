/**
 * The whole road, with nothing standing in for anything: the distributions that users run, Kafka
 * and S3 as {@code godwit standalone} embeds them, this machine's Docker Engine and CRIU, and a
 * virtual ARM64 device under QEMU. {@link io.godwit.e2e.World} brings all of it up once for all
 * tests.
 */
@NullMarked
package io.godwit.e2e;

import org.jspecify.annotations.NullMarked;
