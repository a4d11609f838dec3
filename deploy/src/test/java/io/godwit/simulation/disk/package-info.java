/**
 * Disks in memory, with what a power cut leaves of them. The code under simulation makes its paths
 * from strings, too, so the disks are part of the JVM's default file system, under {@link
 * io.godwit.simulation.disk.DiskPath#ROOT}; everything else there is the machine's own.
 */
@NullMarked
package io.godwit.simulation.disk;

import org.jspecify.annotations.NullMarked;
