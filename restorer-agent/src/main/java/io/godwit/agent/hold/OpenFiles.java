package io.godwit.agent.hold;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The open files of a checkpoint, files.img: read once, and written once where they change. */
final class OpenFiles {
  private OpenFiles() {}

  /**
   * Rewrites the image in a folder.
   *
   * @param change of each file
   * @return how many have changed
   * @throws io.godwit.criu.ImageException when the image is damaged
   */
  static int rewrite(Path images, UnaryOperator<Message> change) throws IOException {
    Optional<EntryImage> files = ImageFolder.of(images).find(ImageName.of(ImageKind.FILES));
    if (files.isEmpty()) {
      return 0;
    }
    EntryImage changed = files.get().map(change);
    List<Message> before = files.get().messages();
    List<Message> after = changed.messages();
    int count = 0;
    for (int i = 0; i < before.size(); i++) {
      count += before.get(i).equals(after.get(i)) ? 0 : 1;
    }
    if (count > 0) {
      DurableFiles.write(images.resolve(changed.name()), changed.encode().toByteArray());
    }
    return count;
  }
}
