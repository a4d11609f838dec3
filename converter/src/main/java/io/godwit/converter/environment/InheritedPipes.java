package io.godwit.converter.environment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.Message;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.PipeEntry;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Looks whether descriptors.json (runc's note of what stands behind the descriptors 0 to 2) agrees
 * with files.img: runc gives CRIU the new container's standard streams under the names that stand
 * there, such as {@code pipe:[95940]}, and CRIU finds the pipe by that number. Both are the
 * source's, and nothing is changed.
 */
public final class InheritedPipes implements Step {
  /** The file's name in a checkpoint. */
  public static final String FILE = "descriptors.json";

  private static final String NAME = "standard streams";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_BYTES = 64 << 10;
  private static final String PIPE = "pipe:[";

  @Override
  public void apply(Draft draft) throws IOException {
    if (!draft.source().names().contains(FILE)) {
      draft.refuse(
          RefusalKind.CHECKPOINT,
          "the checkpoint has no " + FILE + ", so its standard streams cannot be bound");
      return;
    }
    Set<String> pipes = new HashSet<>();
    for (Message file : draft.source().entries(ImageKind.FILES).messages()) {
      file.message(FileEntry.PIPE)
          .ifPresent(pipe -> pipes.add(PIPE + pipe.requireVarint(PipeEntry.PIPE_ID) + "]"));
    }
    for (JsonNode descriptor : descriptors(draft)) {
      String name = descriptor.asText();
      if (name.startsWith(PIPE) && !pipes.contains(name)) {
        draft.report(
            NAME, name, "open at the start", "not open", "the program closed it before it moved");
      }
    }
  }

  private static JsonNode descriptors(Draft draft) throws IOException {
    long size = draft.source().size(FILE);
    if (size > MAX_BYTES) {
      throw new IOException(FILE + " has " + size + " bytes; a list of three names has fewer");
    }
    byte[] text = draft.source().read(FILE, 0, (int) size);
    try {
      return JSON.readTree(new String(text, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IOException(FILE + " is not JSON", e);
    }
  }
}
