package io.godwit.checkpointer.freeze;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceControlTest {
  private static final String ID = Lab.ID;

  @TempDir private Path folder;
  private Lab lab;
  private SourceControl source;

  @BeforeEach
  void begin() throws IOException {
    lab = new Lab(folder);
    source = lab.source;
  }

  @Test
  void sameProcessRunsIsFrozenRunsAgainAndEnds() throws Exception {
    String born = assertInstanceOf(Sight.Runs.class, look()).identity();
    source.freeze(ID);
    assertEquals(born, assertInstanceOf(Sight.Frozen.class, look()).identity());
    assertTrue(lab.processes.isFrozen());
    source.thaw(ID);
    assertEquals(born, assertInstanceOf(Sight.Runs.class, look()).identity());
    source.end(ID);
    assertInstanceOf(Sight.Ended.class, look());
  }

  @Test
  void everyActMayBeDoneAgain() throws Exception {
    source.freeze(ID);
    source.freeze(ID);
    source.thaw(ID);
    source.thaw(ID);
    assertInstanceOf(Sight.Runs.class, look());
    source.end(ID);
    source.end(ID);
    source.thaw(ID);
    source.releaseNetwork(ID);
    assertInstanceOf(Sight.Ended.class, look());
  }

  @Test
  void anotherFirstProcessIsAStrangerAndNoContainerIsRemoved() throws Exception {
    source.freeze(ID);
    assertInstanceOf(Sight.Stranger.class, source.look(ID, Optional.of("random:0:other")));
    source.end(ID);
    lab.engine.remove(ID);
    assertInstanceOf(Sight.Removed.class, look());
  }

  @Test
  void kernelLetsGoWhereTheEngineRefusesAndTheEngineIsBroughtTogetherWithIt() throws Exception {
    for (int status : new int[] {500, 0}) {
      source.freeze(ID);
      lab.world.setRefusals("unpause", status, status);
      source.thaw(ID);
      assertInstanceOf(Sight.Runs.class, look());
      assertFalse(lab.processes.isFrozen());
    }
  }

  @Test
  void processesGoOnAlthoughTheEngineDoesNotSayAWord() throws Exception {
    source.freeze(ID);
    Integer[] long1 = new Integer[100];
    java.util.Arrays.fill(long1, 0);
    lab.world.setRefusals("unpause", long1);
    lab.world.setRefusals("inspect", long1);
    IOException silent = assertThrows(IOException.class, () -> source.thaw(ID));
    assertTrue(silent.getMessage().contains("still has it paused"), silent::getMessage);
    assertFalse(lab.processes.isFrozen());

    lab.world.setRefusals("unpause");
    lab.world.setRefusals("inspect");
    source.thaw(ID);
    assertInstanceOf(Sight.Runs.class, look());
  }

  @Test
  void whatOnlyTheKernelHasFrozenIsFrozenProperlyAndThawed() throws Exception {
    lab.processes.freezer("FROZEN");
    assertInstanceOf(Sight.Frozen.class, look());
    source.freeze(ID);
    source.thaw(ID);
    assertInstanceOf(Sight.Runs.class, look());

    lab.processes.freezer("FROZEN");
    source.thaw(ID);
    assertInstanceOf(Sight.Runs.class, look());
  }

  @Test
  void engineThatHasItPausedWhileItRunsIsBroughtTogetherWithTheKernel() throws Exception {
    source.freeze(ID);
    lab.processes.freezer("THAWED");
    assertInstanceOf(Sight.Frozen.class, look());
    source.thaw(ID);
    assertInstanceOf(Sight.Runs.class, look());
  }

  @Test
  void execThatStandsHalfWayIsLetGetOnBeforeTheContainerIsFrozen() throws Exception {
    lab.appear(90, 1, "/docker/" + ID, "runc\0init\0");
    lab.appear(91, 1, "/system", "/usr/bin/runc\0exec\0--detach\0" + ID + "\0");
    lab.whileItSleeps(() -> {
      try {
        if (!lab.processes.isFrozen()) {
          lab.gone(90);
          lab.gone(91);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    source.freeze(ID);
    assertTrue(lab.proc.find(90).isEmpty());
    assertTrue(lab.processes.isFrozen());
    assertInstanceOf(Sight.Frozen.class, look());
  }

  @Test
  void execThatNeverGetsOnIsNoFreezeAndTheSourceThaws() throws Exception {
    lab.appear(90, 1, "/docker/" + ID, "runc\0init\0");
    IOException stuck = assertThrows(IOException.class, () -> source.freeze(ID));
    assertTrue(stuck.getMessage().contains("docker exec"), stuck::getMessage);
    source.thaw(ID);
    assertInstanceOf(Sight.Runs.class, look());
  }

  @Test
  void engineThatRefusesToPauseIsNoFreeze() throws Exception {
    lab.world.setRefusals("pause", 500);
    assertThrows(IOException.class, () -> source.freeze(ID));
    assertInstanceOf(Sight.Runs.class, look());
  }

  @Test
  void dumpThatADeadServiceLeftIsEndedBeforeTheSourceThaws() throws Exception {
    source.freeze(ID);
    lab.appear(90, 1, "/system", "/usr/bin/runc\0checkpoint\0" + ID + "\0");
    lab.appear(91, 90, "/system", "criu\0swrk\0" + "3\0");
    lab.appear(92, 1, "/system", "criu\0swrk\0" + "3\0");
    source.thaw(ID);
    assertTrue(lab.proc.find(90).isEmpty() && lab.proc.find(91).isEmpty());
    assertTrue(lab.proc.find(92).isPresent(), "another's");
    assertInstanceOf(Sight.Runs.class, look());
  }

  @Test
  void killingIsAskedForUntilItIsDone() throws Exception {
    source.freeze(ID);
    lab.world.setRefusals("kill", 500, 0);
    source.end(ID);
    assertInstanceOf(Sight.Ended.class, look());
  }

  @Test
  void networkOfTheMachineItselfCannotBeHeld() {
    IOException refused = assertThrows(IOException.class, () -> source.holdNetwork(ID));
    assertTrue(refused.getMessage().contains("--network host"), refused::getMessage);
    assertTrue(lab.ran().isEmpty());
  }

  private Sight look() throws Exception {
    return source.look(ID, Optional.empty());
  }
}
