/**
 * What a batch is asked to be: values with their boundaries, and nothing that happens. {@link
 * io.godwit.batch.spec.SpecReader} makes them of a request, or says all that is wrong with it.
 */
@NullMarked
package io.godwit.batch.spec;

import org.jspecify.annotations.NullMarked;
