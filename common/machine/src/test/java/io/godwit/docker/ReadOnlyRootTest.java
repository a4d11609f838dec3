package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  @Test
  void criuBefore42LeavesTheProcessesStoppedUntilTheirRootIsAsItWas() throws IOException {
    assertEquals(List.of("leave-stopped"), criu("4.1.1").options(container(true)));
    assertEquals(List.of(), criu("4.2").options(container(true)));
    assertEquals(List.of(), criu("4.1.1").options(container(false)));
  }

  @Test
  void stoppedProcessesOfTheContainerGoOn() throws IOException {
    root(WRITABLE);
    process("8", "pid:[1]", "8 (a) b) T 7");
    process("9", "pid:[1]", "9 (T ) S 7");
    process("10", "pid:[2]", "10 (other) T 1");
    assertEquals(Optional.empty(), mounting(READ_ONLY).ensure(container(true)));
    assertEquals(List.of("kill", "-CONT", "8"), ran.getLast());
  }

  private ReadOnlyRoot criu(String version) {
    byte[] said = "Version: %s\n".formatted(version).getBytes(StandardCharsets.UTF_8);
    return new ReadOnlyRoot((command, patience) -> new CommandRunner.Result(0, said, ""), proc);
  }

  private void process(String pid, String namespace, String stat) throws IOException {
    Files.createDirectories(proc.resolve(pid).resolve("ns"));
    Files.createSymbolicLink(proc.resolve(pid).resolve("ns/pid"), Path.of(namespace));
    Files.writeString(proc.resolve(pid).resolve("stat"), stat);
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
    if (!Files.exists(proc.resolve("7"))) {
      process("7", "pid:[1]", "7 (first) S 1");
    }
    Files.writeString(proc.resolve("7/mountinfo"), line);
  }

  private static Container container(boolean readOnly) throws IOException {
    return Container.parse(
        "{\"State\": {\"Pid\": 7}, \"HostConfig\": {\"ReadonlyRootfs\": %s}}".formatted(readOnly));
  }
}
