/** Batch files: YAML as people write it, read into the request that any client could publish. */
@NullMarked
package io.godwit.batch.file;

import org.jspecify.annotations.NullMarked;
