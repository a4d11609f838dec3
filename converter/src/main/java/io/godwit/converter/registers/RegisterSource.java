package io.godwit.converter.registers;

import io.godwit.converter.graft.Process;
import io.godwit.isa.Isa;
import io.godwit.refusal.RefusedException;
import java.io.IOException;

/**
 * A way to know the registers with which a thread goes on on the other ISA. There is one for each
 * way in which programs can be made to move: see {@link PublishedRegisters}.
 */
public interface RegisterSource {
  /**
   * The registers of a thread.
   *
   * @param process that the thread is of
   * @param thread its id
   * @param target the ISA that it goes to
   * @throws RefusedException when they cannot be known; says why
   */
  ThreadRegisters registers(Process process, long thread, Isa target)
      throws IOException, RefusedException;

  /** What the report calls this source. */
  String description();
}
