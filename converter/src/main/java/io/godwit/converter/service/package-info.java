/** The service: checkpoints in, conversions out. */
@NullMarked
package io.godwit.converter.service;

import org.jspecify.annotations.NullMarked;
