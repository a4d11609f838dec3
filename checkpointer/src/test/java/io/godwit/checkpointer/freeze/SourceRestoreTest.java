package io.godwit.checkpointer.freeze;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.DockerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both of it: what is made of an answer, and how {@code CheckpointStart} comes to one. */
final class SourceRestoreTest {
  @TempDir private Path folder;
  private Lab lab;
  private Optional<String> born = Optional.empty();

  @BeforeEach
  void dumpedAndGone() throws Exception {
    lab = new Lab(folder);
    try (Dumper.Ready ready = lab.ready(lab.engine, Lab.PATIENCE)) {
      lab.source.freeze(Lab.ID);
      born =
          Optional.of(
              assertInstanceOf(Sight.Frozen.class, lab.source.look(Lab.ID, Optional.empty()))
                  .identity());
      ready.dump();
    }
    lab.source.end(Lab.ID);
  }

  @Test
  void processThatWasDumpedRunsAgain() throws Exception {
    SourceRestore.Answer answer = lab.restore(lab.engine).restore(Lab.ID, lab.dump(), born);
    assertEquals(new SourceRestore.Answer.Restored(Optional.empty()), answer);
    assertInstanceOf(Sight.Runs.class, lab.source.look(Lab.ID, born));
  }

  @Test
  void oneThatWasStartedFromItsBeginningIsEndedAtOnceAndTheNextTryWorks() throws Exception {
    lab.world.setFreshStarts(1);
    SourceRestore restore = lab.restore(lab.engine);
    var refused =
        assertInstanceOf(
            SourceRestore.Answer.Refused.class, restore.restore(Lab.ID, lab.dump(), born));
    assertTrue(refused.why().contains("from the beginning"), refused::why);
    assertInstanceOf(Sight.Ended.class, lab.source.look(Lab.ID, born));
    assertInstanceOf(
        SourceRestore.Answer.Restored.class, restore.restore(Lab.ID, lab.dump(), born));
  }

  @Test
  void refusalDeletesNothingAndSaysWhatCriuSaid() throws Exception {
    lab.world.setRefusals("startFromCheckpoint", 500);
    SourceRestore restore =
        lab.restore(
            lab.engineBut(
                "startFromCheckpoint",
                () -> {
                  Files.writeString(
                      lab.restoreLog(), "(00.1) Error (criu/sk-inet.c:1): cannot bind\n");
                  lab.engine.startFromCheckpoint(Lab.ID, Lab.CHECKPOINT);
                }));
    var refused =
        assertInstanceOf(
            SourceRestore.Answer.Refused.class, restore.restore(Lab.ID, lab.dump(), born));
    assertTrue(refused.why().contains("startFromCheckpoint"), refused::why);
    assertTrue(refused.why().contains("cannot bind"), refused::why);
    assertTrue(lab.checkpointFolder().isComplete());
    assertInstanceOf(
        SourceRestore.Answer.Restored.class, restore.restore(Lab.ID, lab.dump(), born));
  }

  @Test
  void engineThatFindsItsOwnTarInItsStoreIsGivenAnother() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    SourceRestore restore =
        lab.restore(
            lab.engineBut(
                "startFromCheckpoint",
                () -> {
                  if (asked.incrementAndGet() < 3) {
                    throw new DockerException.Refused(500, "content sha256:abc: already exists");
                  }
                  lab.engine.startFromCheckpoint(Lab.ID, Lab.CHECKPOINT);
                }));
    var written = Files.getLastModifiedTime(lab.checkpointFolder().descriptors());
    assertInstanceOf(
        SourceRestore.Answer.Restored.class, restore.restore(Lab.ID, lab.dump(), born));
    assertEquals(
        written.toInstant().plusSeconds(2),
        Files.getLastModifiedTime(lab.checkpointFolder().descriptors()).toInstant());
  }

  @Test
  void whatWasRestoredAndHasEndedSinceIsNotStartedAgain() throws Exception {
    SourceRestore restore =
        lab.restore(
            lab.engineBut(
                "startFromCheckpoint",
                () -> Files.writeString(lab.restoreLog(), "Restore finished successfully.\n")));
    assertInstanceOf(SourceRestore.Answer.Ended.class, restore.restore(Lab.ID, lab.dump(), born));
  }

  @Test
  void whatEndedWithoutCriusWordWasNotRestored() throws Exception {
    SourceRestore restore = lab.restore(lab.engineBut("startFromCheckpoint", () -> {}));
    assertInstanceOf(SourceRestore.Answer.Refused.class, restore.restore(Lab.ID, lab.dump(), born));
  }

  @Test
  void engineThatDoesNotAnswerLeavesItOpenWhatRuns() throws Exception {
    lab.world.setRefusals("startFromCheckpoint", 0);
    SourceRestore restore = lab.restore(lab.engine);
    assertThrows(IOException.class, () -> restore.restore(Lab.ID, lab.dump(), born));
    assertTrue(lab.checkpointFolder().isComplete());
  }

  @Test
  void dumpThatIsNotCompleteIsNotTried() throws Exception {
    lab.checkpointFolder().discard();
    SourceRestore restore = lab.restore(lab.engineBut("startFromCheckpoint", Lab::never));
    assertInstanceOf(SourceRestore.Answer.Damaged.class, restore.restore(Lab.ID, lab.dump(), born));
  }
}
