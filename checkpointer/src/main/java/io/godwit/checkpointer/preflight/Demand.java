package io.godwit.checkpointer.preflight;

/**
 * What a container asks of a device.
 *
 * @param highestAddress the end of the highest mapping of its processes
 * @param memory that its processes occupy, in bytes
 * @param bytes memory, writable layer and image, all of which the device has to hold on disk
 */
record Demand(long highestAddress, long memory, long bytes) {
  /** Of a container that is not there. */
  static final Demand NONE = new Demand(0, 0, 0);

  /** Virtual address bits that the highest mapping needs. */
  int addressBits() {
    return highestAddress <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(highestAddress - 1);
  }
}
