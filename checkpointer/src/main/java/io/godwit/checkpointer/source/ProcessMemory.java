package io.godwit.checkpointer.source;

import java.io.IOException;

/** Memory of other processes, eight bytes at a time, in the machine's byte order. */
public interface ProcessMemory {
  /**
   * @throws IOException when the process is gone, or nothing is mapped there
   */
  long readLong(HostProcess process, long address) throws IOException;

  /**
   * @throws IOException when the process is gone, or nothing is mapped there
   */
  void writeLong(HostProcess process, long address, long value) throws IOException;

  /** Sends SIGCONT, which ends a system call that waits where the program handles that signal. */
  void continueProcess(HostProcess process) throws IOException;
}
