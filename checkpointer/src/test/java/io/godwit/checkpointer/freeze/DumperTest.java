package io.godwit.checkpointer.freeze;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.CriuBusyException;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DumperTest {
  @TempDir private Path folder;
  private Lab lab;

  @BeforeEach
  void begin() throws IOException {
    lab = new Lab(folder);
  }

  @Test
  void dumpIsCompleteAndTheContainerFrozenAfterwards() throws Exception {
    try (Dumper.Ready ready = lab.ready(lab.engine, Lab.PATIENCE)) {
      List<String> options = lab.options();
      assertTrue(options.contains("skip-in-flight"), options::toString);
      long most =
          options.stream()
              .filter(option -> option.startsWith("ghost-limit "))
              .mapToLong(option -> Long.parseLong(option.substring(12)))
              .sum();
      assertTrue(most > 1 << 20, options::toString);
      lab.source.freeze(Lab.ID);
      ready.dump();
    }
    assertTrue(lab.checkpointFolder().isComplete());
    assertInstanceOf(Sight.Frozen.class, lab.source.look(Lab.ID, Optional.empty()));
    String pid = Long.toString(lab.program.pid().orElseThrow());
    List<String> pinned = List.of("kill", "-STOP", pid);
    assertEquals(pinned, lab.ran().getLast(), "whoever else lets it go on");
    lab.source.thaw(Lab.ID);
    assertEquals(List.of("kill", "-CONT", pid), lab.ran().getLast());
    lab.source.thaw(Lab.ID);
    assertEquals(2, lab.ran().stream().filter(ran -> ran.getFirst().equals("kill")).count());
    try (var _ = lab.criu.put(List.of("verbosity 4"), "another", Duration.ZERO)) {
      assertEquals(List.of("verbosity 4"), lab.options());
    }
  }

  @Test
  void containerThatDoesNotStandStillIsNotDumped() throws Exception {
    try (Dumper.Ready ready = lab.ready(lab.engine, Lab.PATIENCE)) {
      IOException moves = assertThrows(IOException.class, ready::dump);
      assertTrue(moves.getMessage().contains("does not stand still"), moves::getMessage);
    }
  }

  @Test
  void containerThatWasLetGoOnUnderItsDumpIsNotDumped() throws Exception {
    DockerEngine thaws =
        lab.engineBut(
            "checkpoint",
            () -> {
              lab.engine.checkpoint(Lab.ID, Lab.CHECKPOINT, false);
              lab.engine.unpause(Lab.ID);
            });
    try (Dumper.Ready ready = lab.ready(thaws, Lab.PATIENCE)) {
      lab.source.freeze(Lab.ID);
      IOException past = assertThrows(IOException.class, ready::dump);
      assertTrue(past.getMessage().contains("let go on under it"), past::getMessage);
    }
  }

  @Test
  void engineThatGivesNoAnswerHasDumpedAllTheSame() throws Exception {
    DockerEngine mute =
        lab.engineBut(
            "checkpoint",
            () -> {
              lab.engine.checkpoint(Lab.ID, Lab.CHECKPOINT, false);
              throw new DockerException.Silent("no answer");
            });
    try (Dumper.Ready ready = lab.ready(mute, Lab.PATIENCE)) {
      lab.source.freeze(Lab.ID);
      ready.dump();
    }
    assertTrue(lab.checkpointFolder().isComplete());
  }

  @Test
  void engineThatGivesNoAnswerAndHasNotDumpedIsAFailure() throws Exception {
    DockerEngine mute =
        lab.engineBut(
            "checkpoint",
            () -> {
              throw new DockerException.Silent("no answer");
            });
    try (Dumper.Ready ready = lab.ready(mute, Lab.PATIENCE)) {
      lab.source.freeze(Lab.ID);
      IOException none = assertThrows(IOException.class, ready::dump);
      assertTrue(none.getMessage().contains("no answer"), none::getMessage);
    }
  }

  @Test
  void dumpThatHangsIsCutOffAndItsCriuKilled() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    lab.appear(90, 1, "/system", "/usr/bin/runc\0checkpoint\0" + Lab.ID + "\0");
    lab.appear(91, 90, "/system", "criu\0swrk\0" + "3\0");
    DockerEngine hangs =
        lab.engineBut(
            "checkpoint",
            () -> {
              begun.countDown();
              await(never);
            });
    try (Dumper.Ready ready = lab.ready(hangs, Lab.PATIENCE)) {
      lab.source.freeze(Lab.ID);
      Thread canceller =
          Thread.ofVirtual()
              .start(() -> {
                await(begun);
                ready.cancel();
              });
      IOException cut = assertThrows(IOException.class, ready::dump);
      assertTrue(cut.getMessage().contains("cut off"), cut::getMessage);
      canceller.join();
    }
    assertTrue(lab.proc.find(91).isEmpty(), "CRIU is gone");
    lab.source.thaw(Lab.ID);
    assertInstanceOf(Sight.Runs.class, lab.source.look(Lab.ID, Optional.empty()));
  }

  @Test
  void dumpThatWasCancelledBeforeItBeganDoesNotBegin() throws Exception {
    DockerEngine asked =
        lab.engineBut(
            "checkpoint",
            () -> {
              throw new AssertionError("nobody wants it any more");
            });
    try (Dumper.Ready ready = lab.ready(asked, Lab.PATIENCE)) {
      lab.source.freeze(Lab.ID);
      ready.cancel();
      IOException cut = assertThrows(IOException.class, ready::dump);
      assertTrue(cut.getMessage().contains("cut off"), cut::getMessage);
    }
  }

  @Test
  void deletedFilesForWhichThereIsNoRoomAreSaidBeforeAnythingStandsStill() throws Exception {
    lab.holdsDeleted("/tmp/big (deleted)", 1L << 50);
    lab.holdsDeleted("/memfd:huge (deleted)", 1L << 60);
    IOException full = assertThrows(IOException.class, () -> lab.ready(lab.engine, Lab.PATIENCE));
    assertTrue(full.getMessage().contains("deleted files of 1073741824 MiB"), full::getMessage);
    try (var _ = lab.criu.put(List.of("verbosity 4"), "another", Duration.ZERO)) {
      assertInstanceOf(Sight.Runs.class, lab.source.look(Lab.ID, Optional.empty()));
    }
  }

  @Test
  void whoseTurnItIsIsSaidToWhoWaitedInVain() throws Exception {
    try (var _ = lab.criu.put(List.of("verbosity 4"), "the dump of another", Duration.ZERO)) {
      CriuBusyException busy =
          assertThrows(CriuBusyException.class, () -> lab.ready(lab.engine, Lab.PATIENCE));
      assertTrue(busy.getMessage().contains("the dump of another"), busy::getMessage);
    }
    lab.ready(lab.engine, Lab.PATIENCE).close();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
