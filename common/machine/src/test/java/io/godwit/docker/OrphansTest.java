package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OrphansTest {
  private static final String ID = "c0ffee".repeat(10) + "c0ff";
  private static final String OTHER = "decade".repeat(10) + "deca";

  @TempDir Path proc;
  private final List<String> killed = new ArrayList<>();
  private boolean theyDie = true;

  @BeforeEach
  void machine() throws IOException {
    process("self", "/", "/usr/bin/java", "agent");
    process("1", "/", "/sbin/init");
    process("20", "/docker/" + OTHER, "/counter");
    process("21", "/", "/usr/bin/containerd-shim-runc-v2", "-namespace", "moby", "-id", OTHER);
  }

  @Test
  void whatBelongsToNobodyOfTheNameIsLeftAlone() throws Exception {
    orphans().end(ID);
    assertEquals(List.of(), killed);
  }

  @Test
  void processesOfTheContainerAreKilledWithItsShimAndItsRuntime() throws Exception {
    process("30", "/docker/" + ID, "/counter");
    process("31", "/", "/usr/bin/containerd-shim-runc-v2", "-namespace", "moby", "-id", ID);
    process("32", "/", "runc", "--root", "/run/runc", "restore", "--detach", ID);
    orphans().end(ID);
    assertEquals(List.of("30", "31", "32"), killed.stream().sorted().toList());
  }

  @Test
  void whoClearsAwayOrMerelyAsksIsLeftAlone() throws Exception {
    process("31", "/", "/usr/bin/containerd-shim-runc-v2", "-id", ID, "delete");
    process("32", "/", "docker", "logs", ID);
    orphans().end(ID);
    assertEquals(List.of(), killed);
  }

  @Test
  void whatAContainerCallsARuntimeIsNone() throws Exception {
    process("31", "/docker/" + OTHER, "runc", "restore", ID);
    Files.delete(proc.resolve("31/ns/pid"));
    Files.createSymbolicLink(proc.resolve("31/ns/pid"), Path.of("pid:[2]"));
    orphans().end(ID);
    assertEquals(List.of(), killed);
  }

  @Test
  void nobodyIsToldThatNothingRunsWhileSomethingDoes() throws Exception {
    process("30", "/docker/" + ID, "/counter");
    theyDie = false;
    assertThrows(IOException.class, () -> orphans().end(ID));
  }

  private Orphans orphans() {
    return new Orphans(
        proc,
        (command, atMost) -> {
          assertEquals(List.of("kill", "-KILL"), command.subList(0, 2));
          killed.addAll(command.subList(2, command.size()));
          if (theyDie) {
            for (String pid : command.subList(2, command.size())) {
              Files.delete(proc.resolve(pid).resolve("cgroup"));
            }
          }
          return new CommandRunner.Result(0, new byte[0], "");
        },
        pause -> {});
  }

  private void process(String pid, String cgroup, String... words) throws IOException {
    Path folder = Files.createDirectories(proc.resolve(pid).resolve("ns")).getParent();
    Files.createSymbolicLink(folder.resolve("ns/pid"), Path.of("pid:[1]"));
    Files.writeString(folder.resolve("cgroup"), "4:freezer:" + cgroup + "\n");
    Files.write(
        folder.resolve("cmdline"),
        (String.join("\0", words) + "\0").getBytes(StandardCharsets.ISO_8859_1));
  }
}
