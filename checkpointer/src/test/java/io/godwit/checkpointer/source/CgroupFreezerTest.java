package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.checkpointer.source.CgroupFreezer.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CgroupFreezerTest {
  private static final String ID = "c".repeat(64);
  private static final HostProcess PROCESS = new HostProcess(8, 1);

  @TempDir private Path folder;

  @Test
  void versionOneSaysSoInOneWord() throws IOException {
    process("6:freezer,pids:/docker/" + ID + "\n1:name=systemd:/docker/" + ID + "\n");
    Path state =
        Files.createDirectories(folder.resolve("cgroup/freezer/docker").resolve(ID))
            .resolve("freezer.state");
    for (State said : State.values()) {
      Files.writeString(state, said + "\n");
      assertEquals(said, freezer().state(PROCESS, ID));
    }
    freezer().thaw(PROCESS, ID);
    assertEquals("THAWED", Files.readString(state));
    freezer().freeze(PROCESS, ID);
    assertEquals("FROZEN", Files.readString(state));
  }

  @Test
  void versionTwoIsAskedInOneFileAndAnswersInAnother() throws IOException {
    process("0::/system.slice/docker-" + ID + ".scope/init.scope\n");
    Path own =
        Files.createDirectories(folder.resolve("cgroup/system.slice/docker-" + ID + ".scope"));
    Files.writeString(own.resolve("cgroup.freeze"), "0\n");
    Files.writeString(own.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
    assertEquals(State.THAWED, freezer().state(PROCESS, ID));
    freezer().freeze(PROCESS, ID);
    assertEquals("1", Files.readString(own.resolve("cgroup.freeze")));
    assertEquals(State.FREEZING, freezer().state(PROCESS, ID));
    Files.writeString(own.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
    assertEquals(State.FROZEN, freezer().state(PROCESS, ID));
    freezer().thaw(PROCESS, ID);
    assertEquals(State.THAWED, freezer().state(PROCESS, ID));
  }

  @Test
  void whatHasNoFreezerIsThawed() throws IOException {
    process("0::/docker/" + ID + "\n");
    freezer().freeze(PROCESS, ID);
    assertEquals(State.THAWED, freezer().state(PROCESS, ID));
  }

  private CgroupFreezer freezer() {
    return new CgroupFreezer(new ProcFs(folder.resolve("proc")), folder.resolve("cgroup"));
  }

  private void process(String cgroups) throws IOException {
    Files.writeString(Files.createDirectories(folder.resolve("proc/8")).resolve("cgroup"), cgroups);
  }
}
