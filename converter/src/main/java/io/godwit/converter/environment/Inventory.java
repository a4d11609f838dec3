package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.field.InventoryEntry;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Carries into the device's inventory.img the one thing in it that is said of the processes: that
 * connected TCP sockets were dumped closed. CRIU refuses to restore such images without its option
 * tcp-close, and without this mark would look for the connections' images.
 */
public final class Inventory implements Step {
  private static final String NAME = "inventory";

  @Override
  public void apply(Draft draft) throws IOException {
    OptionalLong closed =
        draft.source().entries(ImageKind.INVENTORY).only().varint(InventoryEntry.TCP_CLOSE);
    if (closed.isPresent()) {
      draft.change(
          ImageName.of(ImageKind.INVENTORY),
          inventory ->
              inventory.withOnly(
                  inventory.only().withVarint(InventoryEntry.TCP_CLOSE, closed.getAsLong())));
      draft.report(
          NAME,
          "tcp_close",
          "the template's",
          Long.toString(closed.getAsLong()),
          "connected TCP sockets were dumped closed, and are restored so");
    } else if (draft
        .template()
        .entries(ImageKind.INVENTORY)
        .only()
        .varint(InventoryEntry.TCP_CLOSE)
        .isPresent()) {
      // The device dumps its probe as it likes; where connections are kept, the mark is not true.
      draft.change(
          ImageName.of(ImageKind.INVENTORY),
          inventory -> inventory.withOnly(inventory.only().without(InventoryEntry.TCP_CLOSE)));
      draft.report(
          NAME, "tcp_close", "the template's", "none", "connected TCP sockets were dumped open");
    }
  }
}
