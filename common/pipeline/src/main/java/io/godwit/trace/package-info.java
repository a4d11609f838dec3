/**
 * One trace per migration. Its id is the migration's own, unless the request came in somebody
 * else's trace, so that every service knows it without being told and after any crash: what each
 * tells of it are {@link io.godwit.trace.Span}s under the one of the whole migration, exported over
 * OTLP where a collector is named ({@link io.godwit.trace.Spans}). Nothing waits for that and
 * nothing fails of it.
 */
@NullMarked
package io.godwit.trace;

import org.jspecify.annotations.NullMarked;
