package io.godwit.checkpointer.source;

/**
 * A process as the host sees it.
 *
 * @param pid in the host's PID namespace
 * @param startTicks when it started, in clock ticks since boot (field 22 of proc_pid_stat(5)): with
 *     it a pid that was given to another process is noticed
 */
public record HostProcess(long pid, long startTicks) {}
