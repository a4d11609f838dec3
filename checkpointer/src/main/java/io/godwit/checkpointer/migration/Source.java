package io.godwit.checkpointer.migration;

import io.godwit.contract.Twin;
import io.godwit.isa.Isa;
import java.util.List;

/**
 * What preflight found out about the container.
 *
 * @param containerId the Engine's full id
 * @param twins of every executable that runs in it; empty where the ISA stays
 */
public record Source(String containerId, Isa sourceIsa, Isa targetIsa, List<Twin> twins) {
  public Source {
    twins = List.copyOf(twins);
  }

  /** Whether the processes have to be brought to their migration points. */
  public boolean changesIsa() {
    return sourceIsa != targetIsa;
  }
}
