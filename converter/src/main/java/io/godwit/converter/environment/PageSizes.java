package io.godwit.converter.environment;

import io.godwit.converter.graft.Auxv;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Step;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Compares the page sizes of the two machines, as their kernels told the programs (AT_PAGESZ):
 * mappings that begin at a multiple of the one cannot be made on a machine with a larger one.
 */
public final class PageSizes implements Step {
  @Override
  public void apply(Draft draft) throws IOException, RefusedException {
    long expected = draft.input().pageSize();
    compare(draft, "the device", Auxv.ofTemplate(draft.template()), expected);
    for (Process process : draft.processes().values()) {
      compare(draft, process.toString(), Auxv.of(process.sourceMm()), expected);
    }
    draft.stopIfRefused();
  }

  private static void compare(Draft draft, String who, Auxv auxv, long expected) {
    OptionalLong found = auxv.value(Auxv.PAGESZ);
    if (found.isPresent() && found.getAsLong() != expected) {
      draft.refuse(
          RefusalKind.PAGE_SIZE,
          "%s has pages of %d bytes, and the device of %d"
              .formatted(who, found.getAsLong(), expected));
    }
  }
}
