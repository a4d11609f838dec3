package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs root: mounts. The Engine's part is played by a tmpfs. */
class SharedMemoryIT {
  @TempDir Path folder;
  private final SharedMemory memory = new SharedMemory(CommandRunner.ofProcesses());
  private final ObjectNode inspect = new ObjectMapper().createObjectNode();
  private Path engines;
  private Path place;

  @BeforeEach
  void begin() throws IOException {
    engines = folder.resolve("engines");
    place = folder.resolve("place");
    inspect.putObject("HostConfig").put("ShmSize", 1 << 20);
    memory.create(new Container(inspect), engines);
  }

  @AfterEach
  void end() throws IOException {
    memory.release(place);
    memory.release(engines);
  }

  @Test
  void whatIsHeldOutlivesTheEnginesMount() throws IOException {
    Files.writeString(engines.resolve("f"), "x");
    memory.hold(engines, place);
    memory.hold(engines, place);
    memory.release(engines);
    assertEquals("x", Files.readString(place.resolve("f")));
    assertEquals(List.of("external mnt[/dev/shm]:" + place), SharedMemory.options(place));
  }

  @Test
  void whatIsAdoptedStandsInThePlaceOfTheEnginesFreshOne() throws IOException {
    memory.create(new Container(inspect), place);
    Files.writeString(place.resolve("f"), "x");
    memory.adopt(place, engines);
    memory.adopt(place, engines);
    assertEquals("x", Files.readString(engines.resolve("f")));
    assertFalse(Files.exists(place));
    assertEquals(List.of(), SharedMemory.options(place));
    CommandRunner.Result umount =
        CommandRunner.ofProcesses()
            .run(List.of("umount", engines.toString()), Duration.ofMinutes(1));
    assertEquals(0, umount.exit(), umount.errors());
    assertFalse(SharedMemory.isMounted(engines), "one umount is enough, as the Engine does it");
  }

  @Test
  void itHasTheSizeThatWasAskedFor() throws IOException {
    assertEquals(1 << 20, Files.getFileStore(engines).getTotalSpace());
    assertEquals(041777, (int) Files.getAttribute(engines, "unix:mode"));
    assertTrue(SharedMemory.isMounted(engines));
  }
}
