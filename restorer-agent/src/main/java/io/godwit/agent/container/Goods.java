package io.godwit.agent.container;

import io.godwit.agent.machine.Disk;

/**
 * What a container brings along, and where that is put on this device.
 *
 * @param disk has what was put there outlive a power cut
 */
public record Goods(Images images, Layers layers, Trees trees, Disk disk) {}
