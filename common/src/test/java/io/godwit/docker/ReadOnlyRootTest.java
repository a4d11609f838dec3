package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadOnlyRootTest {
  private static final String WRITABLE = "74 49 0:39 / / rw,relatime - overlay overlay rw\n";
  private static final String READ_ONLY = "74 49 0:39 / / ro,relatime - overlay overlay rw\n";

  @TempDir private Path proc;
  private final List<List<String>> ran = new ArrayList<>();

  @Test
  void rootThatCriuLeftWritableIsMountedReadOnly() throws IOException {
    root(WRITABLE);
    assertEquals(Optional.empty(), mounting(READ_ONLY).ensure(container(true)));
    assertTrue(ran.getFirst().contains(proc.resolve("7/ns/mnt").toString()));
  }

  @Test
  void rootThatStaysWritableIsToldWithWhatMountSaid() throws IOException {
    root(WRITABLE);
    String why = mounting(WRITABLE).ensure(container(true)).orElseThrow();
    assertTrue(why.contains("not permitted"), why);
  }

  @Test
  void rootThatIsAsItShallBeIsLeftAlone() throws IOException {
    root(READ_ONLY);
    assertEquals(Optional.empty(), mounting(READ_ONLY).ensure(container(true)));
    root(WRITABLE);
    assertEquals(Optional.empty(), mounting(READ_ONLY).ensure(container(false)));
    assertTrue(ran.isEmpty());
  }

  private ReadOnlyRoot mounting(String after) {
    return new ReadOnlyRoot(
        (command, patience) -> {
          ran.add(command);
          root(after);
          return new CommandRunner.Result(32, new byte[0], "not permitted");
        },
        proc);
  }

  private void root(String line) throws IOException {
    Files.createDirectories(proc.resolve("7"));
    Files.writeString(proc.resolve("7/mountinfo"), line);
  }

  private static JsonNode container(boolean readOnly) throws IOException {
    return new ObjectMapper()
        .readTree(
            "{\"State\": {\"Pid\": 7}, \"HostConfig\": {\"ReadonlyRootfs\": %s}}"
                .formatted(readOnly));
  }
}
