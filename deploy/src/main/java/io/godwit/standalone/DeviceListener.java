package io.godwit.standalone;

/**
 * Where devices reach the embedded broker.
 *
 * @param bind address of this machine, such as 0.0.0.0; 127.0.0.1 does for QEMU guests, whose user
 *     network turns 10.0.2.2 into it
 * @param port on this machine; 0 takes a free one
 * @param advertisedHost this machine's name or address as the devices know it, such as 10.0.2.2
 */
public record DeviceListener(String bind, int port, String advertisedHost) {}
