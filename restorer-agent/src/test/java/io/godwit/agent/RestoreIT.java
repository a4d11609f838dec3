package io.godwit.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.agent.container.Containers;
import io.godwit.agent.state.Journal;
import io.godwit.blob.Blob;
import io.godwit.contract.Abort;
import io.godwit.contract.Conversion;
import io.godwit.contract.Decision;
import io.godwit.contract.PhaseTime;
import io.godwit.contract.Twin;
import io.godwit.docker.Container;
import io.godwit.docker.DockerException;
import io.godwit.messaging.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On this machine's own Engine: from one container of it to another. */
class RestoreIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MARK = 0x60d3174aL;
  @TempDir Path folder;
  private AgentLab lab;
  private Conversion conversion;

  @BeforeEach
  void begin() throws Exception {
    lab = new AgentLab(folder);
    String source = lab.startSource("--restart", "on-failure:3", "--env", "A=b");
    lab.mark(source, MARK);
    conversion = lab.conversion(source);
  }

  @AfterEach
  void end() throws IOException {
    lab.close();
  }

  @Test
  void restoresWhatWasCheckpointedAndProvesIt() throws Exception {
    lab.agent(lab.engine).handler().handle(AgentLab.DEVICE, conversion);

    Verdict.Succeeded success = assertInstanceOf(Verdict.Succeeded.class, verdict());
    List<String> proof = success.decision().getSucceeded().getProofList();
    assertEquals("CRIU's log of this restore says: Restore finished successfully.", proof.get(0));
    assertTrue(proof.get(1).startsWith("Process 1 has the checkpoint's memory layout"));
    assertTrue(proof.get(2).startsWith("Of the checkpoint's 1 processes 1 are there"));
    assertEquals(MARK, lab.mark(lab.name), "the checkpoint's memory");
    assertEquals(
        List.of("create", "fetch", "verify", "sync", "restore"),
        success.decision().getSucceeded().getPhasesList().stream()
            .map(PhaseTime::getPhase)
            .toList());
    var inspect = lab.inspect(lab.name);
    assertEquals(
        "on-failure",
        inspect.restartPolicy().name(),
        "the source's own policy, now that it is over");
    assertEquals(lab.id.value(), inspect.labels().get("io.godwit.migration"));
    assertEquals(List.of(), lab.journal.all());
    assertEquals(List.of(), lab.state.staged());
    assertFalse(Files.exists(lab.state.log(lab.id, "restore")));
  }

  @Test
  void secondRecordDoesNothing() throws Exception {
    var agent = lab.agent(lab.engine);
    agent.handler().handle(AgentLab.DEVICE, conversion);
    String container = lab.inspect(lab.name).id();
    agent.handler().handle(AgentLab.DEVICE, conversion);
    lab.agent(lab.engine).handler().handle(AgentLab.DEVICE, conversion);
    assertEquals(container, lab.inspect(lab.name).id());
    assertEquals(MARK, lab.mark(lab.name));
    assertEquals(2, lab.log.read(lab.id.value()).size());
  }

  @Test
  void freshStartIsNotTakenForARestore() throws Exception {
    var forgetful =
        new EngineDecorator(lab.engine) {
          @Override
          public void startFromCheckpoint(String container, String checkpoint) throws IOException {
            // As in criu#492, #1024, #1365: from the beginning, and no error.
            real.start(container);
          }
        };
    lab.agent(forgetful).handler().handle(AgentLab.DEVICE, conversion);
    Verdict.Failed failure = assertInstanceOf(Verdict.Failed.class, verdict());
    assertTrue(
        failure.decision().getFailed().getReason().contains("started from the beginning"),
        failure.decision().getFailed().getReason());
    assertNothingIsLeft();
  }

  @Test
  void anErrorOfTheEngineIsNoErrorWhenTheRestoredProcessRuns() throws Exception {
    var pessimist =
        new EngineDecorator(lab.engine) {
          @Override
          public void startFromCheckpoint(String container, String checkpoint) throws IOException {
            real.startFromCheckpoint(container, checkpoint);
            throw new DockerException.Refused(500, "context deadline exceeded");
          }
        };
    lab.agent(pessimist).handler().handle(AgentLab.DEVICE, conversion);
    assertInstanceOf(Verdict.Succeeded.class, verdict());
    assertEquals(MARK, lab.mark(lab.name));
  }

  @Test
  void aProcessThatEndedRightAfterItsRestoreIsNotRestoredAgain() throws Exception {
    Ending shortLived = new Ending(3);
    lab.agent(shortLived).handler().handle(AgentLab.DEVICE, conversion);
    Verdict.Succeeded success = assertInstanceOf(Verdict.Succeeded.class, lab.verdict());
    assertEquals(
        "It has come to its own end since, with exit code 3.",
        success.decision().getSucceeded().getProofList().getLast());
    assertTrue(lab.exists(lab.name), "it stays, as one that has ended does");
    assertEquals(1, shortLived.starts);
  }

  @Test
  void aProcessThatEndedBeforeACrashedAgentLooksIsNotRestoredAgain() throws Exception {
    Ending shortLived = new Ending(0);
    lab.log.before(decision -> {
      if (decision.hasSucceeded()) {
        throw new IllegalStateException("the agent dies here");
      }
    });
    assertThrows(
        IllegalStateException.class,
        () -> lab.agent(shortLived).handler().handle(AgentLab.DEVICE, conversion));
    lab.log.before(_ -> {});
    lab.agent(shortLived).recovery().run();
    assertInstanceOf(Verdict.Succeeded.class, lab.verdict());
    assertEquals(1, shortLived.starts);
  }

  @Test
  void aProcessThatWasKilledFromOutsideHasNotComeToItsEnd() throws Exception {
    lab.agent(new Ending(137)).handler().handle(AgentLab.DEVICE, conversion);
    Verdict.Failed failure = assertInstanceOf(Verdict.Failed.class, lab.verdict());
    assertEquals(
        "It was killed from outside, by signal 9.", failure.decision().getFailed().getReason());
    assertNothingIsLeft();
  }

  /** What runs is the probe, which never ends: it is killed, and the Engine says another code. */
  private final class Ending extends EngineDecorator {
    private final int code;
    private int starts;

    Ending(int code) {
      super(lab.engine);
      this.code = code;
    }

    @Override
    public void startFromCheckpoint(String container, String checkpoint) throws IOException {
      starts++;
      real.startFromCheckpoint(container, checkpoint);
      real.kill(container);
      Awaitility.await().until(() -> !lab.inspect(container).state().running());
    }

    @Override
    public Optional<Container> inspect(String container) throws IOException {
      Optional<Container> found = real.inspect(container);
      if (found.isEmpty() || found.get().state().exitCode() != 137) {
        return found;
      }
      JsonNode inspect = JSON.readTree(found.get().toJson());
      ((ObjectNode) inspect.path("State")).put("ExitCode", code);
      return Optional.of(Container.parse(inspect.toString()));
    }
  }

  @Test
  void abortBeforeClaimLeavesNothing() throws Exception {
    lab.log.before(decision -> {
      if (decision.hasClaim()) {
        lab.log.write(
            Decision.newBuilder()
                .setMigrationId(lab.id.value())
                .setAbort(Abort.newBuilder().setBy("checkpointer").setReason("too late"))
                .build());
      }
    });
    lab.agent(neverStarting()).handler().handle(AgentLab.DEVICE, conversion);
    assertInstanceOf(Verdict.Aborted.class, verdict());
    assertNothingIsLeft();
  }

  @Test
  void whatWasAbortedBeforeIsNotEvenFetched() throws Exception {
    lab.log.write(
        Decision.newBuilder()
            .setMigrationId(lab.id.value())
            .setAbort(Abort.newBuilder().setBy("operator"))
            .build());
    lab.agent(neverStarting()).handler().handle(AgentLab.DEVICE, conversion);
    assertFalse(lab.exists(lab.name));
    assertEquals(1, lab.log.read(lab.id.value()).size());
  }

  @Test
  void aDamagedBlobIsToldAtOnceAndNothingStarts() throws Exception {
    var image = conversion.getImages().getFiles(0);
    Blob blob = Blob.of(image.hasBlob() ? image.getBlob() : image.getSegments(0).getBlob());
    Files.writeString(lab.blobs.file(blob), "?");
    lab.agent(neverStarting()).handler().handle(AgentLab.DEVICE, conversion);
    Verdict.Failed failure = assertInstanceOf(Verdict.Failed.class, verdict());
    assertTrue(failure.decision().getFailed().getReason().contains("damaged"));
    assertNothingIsLeft();
  }

  @Test
  void aProcessWithoutItsImagesIsNotEvenTried() throws Exception {
    Conversion.Builder without = conversion.toBuilder().clearImages();
    conversion.getImages().getFilesList().stream()
        .filter(file -> !file.getName().equals("core-1.img"))
        .forEach(without.getImagesBuilder()::addFiles);
    lab.agent(neverStarting()).handler().handle(AgentLab.DEVICE, without.build());
    Verdict.Failed failure = assertInstanceOf(Verdict.Failed.class, verdict());
    assertTrue(failure.decision().getFailed().getReason().contains("core-1.img"));
    assertNothingIsLeft();
  }

  @Test
  void aNameThatIsTakenIsAReasonThatSaysWhatToDo() throws Exception {
    lab.run("docker", "create", "--name", lab.name, "godwit-agent-it", "/app");
    String others = lab.inspect(lab.name).id();
    lab.agent(neverStarting()).handler().handle(AgentLab.DEVICE, conversion);
    Verdict.Failed failure = assertInstanceOf(Verdict.Failed.class, verdict());
    assertTrue(
        failure.decision().getFailed().getReason().startsWith("The name " + lab.name),
        failure.decision().getFailed().getReason());
    assertEquals(others, lab.inspect(lab.name).id(), "another's is not touched");
  }

  @Test
  void aTwinStandsInThePlaceOfItsExecutableAndWhatCriuRefusesIsToldInItsWords() throws Exception {
    // The same program with a byte at its end: CRIU compares the size and refuses, so it was put
    // there.
    byte[] twin = java.util.Arrays.copyOf(AgentLab.probe(), AgentLab.probe().length + 1);
    Conversion changed =
        conversion.toBuilder()
            .addTwins(
                Twin.newBuilder()
                    .setExecutable("/app")
                    .setTarget(lab.blobs.put(twin).toRef())
                    .setMode(0755))
            .build();
    lab.agent(lab.engine).handler().handle(AgentLab.DEVICE, changed);
    Verdict.Failed failure = assertInstanceOf(Verdict.Failed.class, verdict());
    assertTrue(
        failure.decision().getFailed().getLogList().stream()
            .anyMatch(line -> line.contains("has bad size")),
        failure.decision().getFailed().toString());
    assertNothingIsLeft();
  }

  @Test
  void anAgentThatDiesAfterTheStartSaysAtItsNextStartThatItRuns() throws Exception {
    lab.log.before(decision -> {
      if (decision.hasSucceeded()) {
        throw new IllegalStateException("the agent dies here");
      }
    });
    assertThrows(
        IllegalStateException.class,
        () -> lab.agent(lab.engine).handler().handle(AgentLab.DEVICE, conversion));
    assertInstanceOf(Verdict.Claimed.class, verdict());
    lab.log.before(_ -> {});
    lab.agent(lab.engine).recovery().run();
    assertInstanceOf(Verdict.Succeeded.class, verdict());
    assertEquals(MARK, lab.mark(lab.name));
    assertEquals(List.of(), lab.journal.all());
  }

  @Test
  void anAgentThatDiesBeforeTheStartSaysAtItsNextStartThatNothingRuns() throws Exception {
    var dying =
        new EngineDecorator(lab.engine) {
          @Override
          public void startFromCheckpoint(String container, String checkpoint) {
            throw new IllegalStateException("the agent dies here");
          }
        };
    assertThrows(
        IllegalStateException.class,
        () -> lab.agent(dying).handler().handle(AgentLab.DEVICE, conversion));
    assertInstanceOf(Verdict.Claimed.class, verdict());
    assertTrue(lab.exists(lab.name));
    assertEquals(Journal.Step.STARTING, lab.journal.all().getFirst().step());
    lab.agent(neverStarting()).recovery().run();
    assertInstanceOf(Verdict.Failed.class, verdict());
    assertNothingIsLeft();
  }

  @Test
  void anAgentThatDiesBeforeItsClaimLeavesTheRecordToBeHandledAgain() throws Exception {
    lab.log.before(_ -> {
      throw new IllegalStateException("the agent dies here");
    });
    assertThrows(
        IllegalStateException.class,
        () -> lab.agent(lab.engine).handler().handle(AgentLab.DEVICE, conversion));
    lab.log.before(_ -> {});
    var next = lab.agent(lab.engine);
    next.recovery().run();
    assertNothingIsLeft();
    assertInstanceOf(Verdict.Open.class, verdict());
    next.handler().handle(AgentLab.DEVICE, conversion);
    assertInstanceOf(Verdict.Succeeded.class, verdict());
    assertEquals(MARK, lab.mark(lab.name));
  }

  private EngineDecorator neverStarting() {
    return new EngineDecorator(lab.engine) {
      @Override
      public void startFromCheckpoint(String container, String checkpoint) {
        Assertions.fail("started");
      }

      @Override
      public void start(String container) {
        Assertions.fail("started");
      }
    };
  }

  private Verdict verdict() {
    return lab.verdict();
  }

  private void assertNothingIsLeft() throws IOException {
    assertFalse(lab.exists(lab.name));
    assertFalse(lab.exists(Containers.rehearsalName(lab.id)));
    assertEquals(List.of(), lab.journal.all());
  }
}
