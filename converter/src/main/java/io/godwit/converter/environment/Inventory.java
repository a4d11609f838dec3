package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.InventoryEntry;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Carries into the device's inventory.img the one thing in it that is said of the processes: that
 * connected TCP sockets were dumped closed. CRIU refuses to restore such images without its option
 * tcp-close, and without this mark looks for the connections' images. A rehearsal may have been
 * dumped the other way.
 */
public final class Inventory implements Step {
  private static final String NAME = "inventory";

  @Override
  public void apply(Draft draft) throws IOException {
    ImageName inventory = ImageName.of(ImageKind.INVENTORY);
    OptionalLong closed =
        draft.source().entries(ImageKind.INVENTORY).only().varint(InventoryEntry.TCP_CLOSE);
    OptionalLong rehearsed = draft.image(inventory).only().varint(InventoryEntry.TCP_CLOSE);
    if (closed.equals(rehearsed)) {
      return;
    }
    draft.change(
        inventory,
        image -> {
          Message entry = image.only();
          return image.withOnly(
              closed.isPresent()
                  ? entry.withVarint(InventoryEntry.TCP_CLOSE, closed.getAsLong())
                  : entry.without(InventoryEntry.TCP_CLOSE));
        });
    draft.report(
        NAME,
        "tcp_close",
        text(rehearsed),
        text(closed),
        "connected TCP sockets are restored as they were dumped, closed or connected");
  }

  private static String text(OptionalLong mark) {
    return mark.isPresent() ? Long.toString(mark.getAsLong()) : "none";
  }
}
