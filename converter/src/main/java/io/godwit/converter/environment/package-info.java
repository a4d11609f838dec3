/**
 * What the process state of the source is bound to on the device: namespaces, mounts, confinement.
 */
@NullMarked
package io.godwit.converter.environment;

import org.jspecify.annotations.NullMarked;
