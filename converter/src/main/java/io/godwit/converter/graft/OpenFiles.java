package io.godwit.converter.graft;

import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.RegFileEntry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The regular files, folders and devices that a checkpoint's processes have open or mapped. */
public final class OpenFiles {
  private final Map<Long, Message> regular;

  private OpenFiles(Map<Long, Message> regular) {
    this.regular = Map.copyOf(regular);
  }

  /** Those of files.img. */
  public static OpenFiles of(ImageFolder folder) throws IOException {
    Map<Long, Message> regular = new HashMap<>();
    for (Message file : folder.entries(ImageName.of(ImageKind.FILES)).messages()) {
      file.message(FileEntry.REG)
          .ifPresent(reg -> regular.put(reg.requireVarint(RegFileEntry.ID), reg));
    }
    return new OpenFiles(regular);
  }

  /** The file of an id. */
  public Optional<Message> find(long id) {
    return Optional.ofNullable(regular.get(id));
  }

  /** The path of the file of an id, for messages also where there is none. */
  public String path(long id) {
    return find(id)
        .flatMap(file -> file.string(RegFileEntry.NAME))
        .orElse("file " + id + " (not in files.img)");
  }
}
