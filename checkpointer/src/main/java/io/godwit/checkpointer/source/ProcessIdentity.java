package io.godwit.checkpointer.source;

import java.io.IOException;

/**
 * Tells a process that was restored from one that was started anew: Docker has started containers
 * from the beginning when asked to restore them, without an error. The kernel gives every program
 * that it starts 16 random bytes and puts their address into the auxiliary vector (AT_RANDOM,
 * getauxval(3)). CRIU restores vector and bytes; a fresh start has others.
 */
public final class ProcessIdentity {
  private final ProcFs processes;
  private final ProcessMemory memory;

  public ProcessIdentity(ProcFs processes, ProcessMemory memory) {
    this.processes = processes;
    this.memory = memory;
  }

  /**
   * The identity, as text to be compared.
   *
   * @throws IOException when the process is gone or has no such bytes
   */
  public String of(HostProcess process) throws IOException {
    long address =
        processes
            .auxiliary(process, Auxv.AT_RANDOM)
            .orElseThrow(
                () -> new IOException("process %d has no AT_RANDOM".formatted(process.pid())));
    return "random:%x:%016x%016x"
        .formatted(
            address,
            memory.readLong(process, address),
            memory.readLong(process, address + Long.BYTES));
  }
}
