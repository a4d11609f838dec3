package io.godwit.agent.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
  @TempDir Path folder;

  @Test
  void aFileSystemIsWrittenOutOnce() throws IOException {
    List<List<String>> ran = new ArrayList<>();
    Disk disk =
        new Disk((command, _) -> {
          ran.add(command);
          return new CommandRunner.Result(0, new byte[0], "");
        });
    Path one = Files.createDirectory(folder.resolve("one"));
    Path other = Files.createFile(folder.resolve("other"));
    disk.sync(List.of(one, other, Path.of("/proc")));
    assertEquals(List.of(List.of("sync", "-f", one.toString(), "/proc")), ran);
  }

  @Test
  void thisMachinesSyncKnowsTheOption() throws IOException {
    new Disk(CommandRunner.ofProcesses()).sync(List.of(folder));
  }

  @Test
  void aDiskThatDoesNotTakeItIsNamed() {
    Disk disk = new Disk((_, _) -> new CommandRunner.Result(1, new byte[0], "Input/output error"));
    IOException failure = assertThrows(IOException.class, () -> disk.sync(List.of(folder)));
    assertTrue(failure.getMessage().contains("Input/output error"), failure.getMessage());
  }
}
