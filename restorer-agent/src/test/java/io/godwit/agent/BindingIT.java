package io.godwit.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.restore.Restores;
import io.godwit.agent.state.Boot;
import io.godwit.agent.state.Journal;
import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.Claim;
import io.godwit.contract.Conversion;
import io.godwit.contract.Decision;
import io.godwit.contract.Event;
import io.godwit.contract.Resolved;
import io.godwit.contract.Resolved.RanOn;
import io.godwit.docker.Container;
import io.godwit.docker.DockerException;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.RestartPolicy;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the log says binds the agent, whatever it has done and wherever it has died; what it has
 * forgotten binds nobody. On this machine's own Engine.
 */
class BindingIT {
  private static final long MARK = 0x60d3174aL;
  @TempDir Path folder;
  private AgentLab lab;
  private Conversion conversion;

  @BeforeEach
  void begin() throws Exception {
    lab = new AgentLab(folder);
    String source = lab.startSource("--restart", "on-failure:3", "--network", "none");
    lab.mark(source, MARK);
    conversion = lab.conversion(source);
  }

  @AfterEach
  void end() throws IOException {
    lab.close();
  }

  @Test
  void aClaimOfAnotherAttemptSaysNothingOfThisOne() throws Exception {
    Attempt earlier = lab.attempt.toBuilder().setEpoch(7).build();
    lab.log.write(decision().setClaim(claim(earlier, AgentLab.INSTANCE)).build());
    lab.log.write(decision().setClaim(claim(lab.attempt, "another machine")).build());
    handle(lab.agent(lab.engine));
    assertInstanceOf(Verdict.Succeeded.class, lab.verdict());
    assertEquals(MARK, lab.mark(lab.name));
  }

  @Test
  void whatAnotherMachineOfThisNameHasRehearsedIsNotTouched() throws Exception {
    Attempt others = lab.attempt.toBuilder().setDeviceInstance("another machine").build();
    conversion = conversion.toBuilder().setAttempt(others).build();
    handle(neverStarting());
    assertEquals(List.of(), lab.log.read(lab.id.value()));
    assertNothingIsLeft();
  }

  @Test
  void aConversionWithoutAnAttemptIsPoisonAndNothingIsClaimed() throws Exception {
    conversion = conversion.toBuilder().clearAttempt().build();
    Restores agent = neverStarting();
    PoisonException poison = assertThrows(PoisonException.class, () -> handle(agent));
    agent.handler().buried(AgentLab.DEVICE, conversion, poison);
    assertEquals(List.of(), lab.log.read(lab.id.value()));
  }

  @Test
  void aLogThatDoesNotReachBackToTheAttemptIsNotClaimedIn() throws Exception {
    lab.log.forget();
    handle(neverStarting());
    assertEquals(List.of(), lab.log.read(lab.id.value()));
    assertSaid("does not reach back");
    assertNothingIsLeft();
  }

  @Test
  void aLogThatIsMadeAnewBeforeTheClaimStartsNothing() throws Exception {
    lab.log.before(decision -> {
      if (decision.hasClaim()) {
        lab.log.forget();
      }
    });
    handle(neverStarting());
    assertTrue(lab.log.read(lab.id.value()).getLast().hasFailed());
    assertNothingIsLeft();
  }

  @Test
  void whatHasStoodStillForAsLongAsItMayIsNotClaimed() throws Exception {
    conversion = conversion.toBuilder().setFreezeEndsAtMs(1).build();
    handle(neverStarting());
    assertEquals(List.of(), lab.log.read(lab.id.value()));
    assertSaid("stood still for as long as it may");
    assertNothingIsLeft();
  }

  @Test
  void onlyTheClaimOfThisRunStartsTheContainer() throws Exception {
    lab.log.before(decision -> {
      if (decision.hasClaim()) {
        // Of an earlier run, whose record was still on its way.
        lab.log.write(decision().setClaim(claim(lab.attempt, AgentLab.INSTANCE)).build());
      }
    });
    handle(neverStarting());
    assertInstanceOf(Verdict.Failed.class, lab.verdict());
    assertNothingIsLeft();
  }

  @Test
  void whoWasOverruledStopsWhatItStarted() throws Exception {
    lab.log.before(decision -> {
      if (decision.hasSucceeded()) {
        lab.log.write(resolved(RanOn.HOST));
      }
    });
    handle(lab.agent(lab.engine));
    assertInstanceOf(Verdict.Resolved.class, lab.verdict());
    assertNothingIsLeft();
  }

  @Test
  void theOperatorsWordForTheDeviceKeepsIt() throws Exception {
    lab.log.before(decision -> {
      if (decision.hasSucceeded()) {
        lab.log.write(resolved(RanOn.DEVICE));
      }
    });
    handle(lab.agent(lab.engine));
    assertInstanceOf(Verdict.Resolved.class, lab.verdict());
    assertEquals(MARK, lab.mark(lab.name));
    assertSettled();
  }

  @Test
  void theOperatorsWordIsHeardWhileTheEngineDoesNotAnswer() throws Exception {
    diesBeforeItsOutcome();
    var deaf =
        new EngineDecorator(lab.engine) {
          private boolean asked;

          @Override
          public List<ListedContainer> containers() throws IOException {
            if (!asked) {
              asked = true;
              lab.log.write(resolved(RanOn.HOST));
              throw new DockerException.Refused(500, "played");
            }
            return real.containers();
          }
        };
    lab.agent(deaf).recovery().run();
    assertNothingIsLeft();
    assertFalse(lab.log.read(lab.id.value()).stream().anyMatch(Decision::hasSucceeded));
  }

  @Test
  void aRenamedContainerIsFoundByItsLabels() throws Exception {
    diesBeforeItsOutcome();
    lab.engine.rename(lab.name, lab.name + "-renamed");
    lab.agent(lab.engine).recovery().run();
    assertInstanceOf(Verdict.Succeeded.class, lab.verdict());
    assertEquals(MARK, lab.mark(lab.name + "-renamed"));
    assertSettled();
  }

  @Test
  void aForgottenLogUndoesNothing() throws Exception {
    diesBeforeItsOutcome();
    lab.log.forget();
    lab.agent(lab.engine).recovery().run();
    assertEquals(MARK, lab.mark(lab.name), "what runs stays");
    assertTrue(lab.log.read(lab.id.value()).getLast().hasSucceeded(), "and is told");
    assertSettled();
  }

  @Test
  void aLostJournalIsMadeUpForByTheLogAndTheLabels() throws Exception {
    diesBeforeItsOutcome();
    DurableFiles.deleteFolder(lab.state.journal());
    Files.createDirectories(lab.state.journal());
    lab.agent(lab.engine).recovery().run();
    assertInstanceOf(Verdict.Succeeded.class, lab.verdict());
    assertEquals(MARK, lab.mark(lab.name));
    assertSettled();
  }

  @Test
  void aRecordThatComesAgainAfterItsJournalIsLostTellsWhatRuns() throws Exception {
    diesBeforeItsOutcome();
    DurableFiles.deleteFolder(lab.state.journal());
    Files.createDirectories(lab.state.journal());
    handle(neverStarting());
    assertInstanceOf(Verdict.Succeeded.class, lab.verdict());
    assertEquals(MARK, lab.mark(lab.name));
  }

  @Test
  void theRestartPolicyIsPutBackWhateverCrashesAfterTheOutcome() throws Exception {
    var dying =
        new EngineDecorator(lab.engine) {
          @Override
          public void setRestartPolicy(String container, RestartPolicy policy) throws IOException {
            throw new DockerException.Refused(500, "played");
          }
        };
    Restores agent = lab.agent(dying);
    assertThrows(IOException.class, () -> handle(agent));
    assertInstanceOf(Verdict.Succeeded.class, lab.verdict());
    assertEquals(Journal.Step.DONE, lab.journal.all().getFirst().step());
    lab.log.forget();
    lab.engine.rename(lab.name, lab.name + "-renamed");
    lab.agent(lab.engine).recovery().run();
    assertEquals(MARK, lab.mark(lab.name + "-renamed"));
    assertSettled();
  }

  @Test
  void whatThePolicyWouldHaveStartedWithTheMachineIsStarted() throws Exception {
    diesBeforeItsOutcome();
    String container = lab.inspect(lab.name).id();
    Journal before = new Journal(lab.state.journal(), new Boot("an earlier one", Instant.EPOCH));
    before.write(before.all().getFirst().at(Journal.Step.DONE));
    lab.engine.kill(container);
    Awaitility.await().until(() -> !lab.inspect(container).state().running());
    lab.agent(lab.engine).recovery().run();
    assertInstanceOf(Verdict.Succeeded.class, lab.verdict(), "told again: the log had it");
    assertTrue(lab.inspect(container).state().running());
    assertSettled();
  }

  @Test
  void whatRanWhenTheMachineWentDownHasNotComeToItsEnd() throws Exception {
    diesBeforeItsOutcome();
    Journal before = new Journal(lab.state.journal(), new Boot("an earlier one", Instant.EPOCH));
    before.write(before.all().getFirst());
    lab.engine.kill(lab.name);
    lab.agent(lab.engine).recovery().run();
    assertInstanceOf(Verdict.Failed.class, lab.verdict());
    assertNothingIsLeft();
  }

  @Test
  void aRecordThatIsBuriedEndsAsAFailure() throws Exception {
    Restores agent = neverStarting();
    agent.handler().buried(AgentLab.DEVICE, conversion, new IOException("the disk is full"));
    Verdict.Failed failure = assertInstanceOf(Verdict.Failed.class, lab.verdict());
    assertEquals("the disk is full", failure.decision().getFailed().getReason());
    agent.handler().buried(AgentLab.DEVICE, conversion, new IOException("again"));
    assertEquals(2, lab.log.read(lab.id.value()).size());
  }

  @Test
  void whatCannotBeReadIsAFailureAndNotSilence() throws Exception {
    Conversion.Builder broken = conversion.toBuilder();
    broken.getContainerBuilder().setInspectJson(com.google.protobuf.ByteString.copyFromUtf8("{"));
    conversion = broken.build();
    Restores agent = neverStarting();
    PoisonException poison = assertThrows(PoisonException.class, () -> handle(agent));
    agent.handler().buried(AgentLab.DEVICE, conversion, poison);
    assertInstanceOf(Verdict.Failed.class, lab.verdict());
  }

  @Test
  void aRunningContainerOfAnEarlierMigrationWithThisIdIsNotTouched() throws Exception {
    handle(lab.agent(lab.engine));
    String there = lab.inspect(lab.name).id();
    Attempt next = lab.attempt.toBuilder().setEpoch(2).setCheckpointSha256("d").build();
    lab.log.forget();
    conversion =
        conversion.toBuilder()
            .setAttempt(next.toBuilder().setLogTopicId(lab.log.end().topicId()))
            .build();
    handle(neverStarting());
    assertTrue(lab.log.read(lab.id.value()).getLast().hasFailed());
    assertEquals(there, lab.inspect(lab.name).id());
    assertEquals(MARK, lab.mark(lab.name));
  }

  @Test
  void anAbortThatWonIsObeyedAlsoByWhoHasLostItsJournal() throws Exception {
    lab.log.before(decision -> {
      throw new IllegalStateException("the agent dies here");
    });
    assertThrows(IllegalStateException.class, () -> handle(lab.agent(lab.engine)));
    lab.log.before(_ -> {});
    DurableFiles.deleteFolder(lab.state.journal());
    Files.createDirectories(lab.state.journal());
    lab.log.write(
        decision()
            .setAbort(Abort.newBuilder().setBy("checkpointer").setAttempt(lab.attempt))
            .build());
    handle(neverStarting());
    assertNothingIsLeft();
  }

  private void diesBeforeItsOutcome() {
    lab.log.before(decision -> {
      if (decision.hasSucceeded()) {
        throw new IllegalStateException("the agent dies here");
      }
    });
    assertThrows(IllegalStateException.class, () -> handle(lab.agent(lab.engine)));
    lab.log.before(_ -> {});
  }

  private void handle(Restores agent) throws Exception {
    agent.handler().handle(AgentLab.DEVICE, conversion);
  }

  private Restores neverStarting() {
    return lab.agent(
        new EngineDecorator(lab.engine) {
          @Override
          public void startFromCheckpoint(String container, String checkpoint) {
            Assertions.fail("started");
          }

          @Override
          public void start(String container) {
            Assertions.fail("started");
          }
        });
  }

  private Decision.Builder decision() {
    return Decision.newBuilder().setMigrationId(lab.id.value());
  }

  private static Claim claim(Attempt attempt, String instance) {
    return Claim.newBuilder()
        .setDevice(AgentLab.DEVICE)
        .setInstance(instance)
        .setAgentRun("an earlier run")
        .setAttempt(attempt)
        .build();
  }

  private Decision resolved(RanOn ranOn) {
    return decision().setResolved(Resolved.newBuilder().setRanOn(ranOn).setBy("operator")).build();
  }

  private void assertSaid(String words) {
    Awaitility.await()
        .until(() ->
            lab.published.of(Topic.EVENTS, Event.class).stream()
                .anyMatch(event -> event.getMessage().contains(words)));
  }

  private void assertSettled() throws IOException {
    Container inspect = lab.containers(lab.engine).find(lab.purpose()).orElseThrow();
    assertEquals("on-failure", inspect.restartPolicy().name());
    assertEquals(List.of(), lab.journal.all());
    assertEquals(List.of(), lab.state.staged());
  }

  private void assertNothingIsLeft() throws IOException {
    assertTrue(lab.containers(lab.engine).find(lab.purpose()).isEmpty());
    assertFalse(lab.exists(lab.name));
    assertEquals(List.of(), lab.journal.all());
  }
}
