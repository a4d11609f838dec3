package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Step;
import io.godwit.criu.Message;
import io.godwit.criu.Reservations;

/** Has address space that is only reserved take no memory while CRIU restores it. */
public final class ReservedMemory implements Step {
  @Override
  public void apply(Draft draft) {
    for (Process process : draft.processes().values()) {
      Message uncounted = Reservations.uncounted(process.mm());
      if (!uncounted.equals(process.mm())) {
        process.mm(uncounted);
        draft.report(
            "reserved memory",
            process.toString(),
            "counted",
            "not counted",
            "CRIU maps it as writable first, which the kernel refuses where it is more than the machine's memory");
      }
    }
  }
}
