package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.docker.CheckpointStart.Answer;
import io.godwit.docker.CheckpointStart.Proof;
import io.godwit.docker.CheckpointStart.Proof.Finding;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of what runs after a start; the start itself is tried on real Engines. */
final class CheckpointStartTest {
  private static final String RUNS = "{\"Status\": \"running\", \"Running\": true, \"Pid\": 7}";
  private static final String ENDED = "{\"Status\": \"exited\", \"ExitCode\": 139}";
  private static final Proof NOBODY_ASKS =
      (_, _) -> {
        throw new AssertionError("nothing runs that could be looked at");
      };

  @TempDir private Path folder;
  private Path log;
  private final List<String> states = new ArrayList<>();
  private int slept;

  @BeforeEach
  void restored() throws IOException {
    log = folder.resolve("restore.log");
    Files.writeString(log, "(0.1) Restore finished successfully.\n");
  }

  @Test
  void whatRunsIsAsItsProofSays() throws Exception {
    states.add(RUNS);
    assertEquals(
        List.of("it is"),
        assertInstanceOf(
                Answer.Started.class, look((_, _) -> new Finding.Same(List.of("it is")), "refused"))
            .proof());
    assertEquals(
        "refused it is not",
        assertInstanceOf(
                Answer.StrangerRuns.class,
                look((_, _) -> new Finding.Stranger("it is not"), "refused"))
            .why());
  }

  @Test
  void whatWasRestoredAndHasEndedIsNotTakenForRefused() throws Exception {
    states.add(ENDED);
    Answer.Ended ended = assertInstanceOf(Answer.Ended.class, look(NOBODY_ASKS, "refused"));
    assertEquals(139, ended.container().state().exitCode());
    assertEquals(Optional.of("refused"), ended.refusal());
  }

  @Test
  void whatCriuHasNotRestoredIsRefusedInTheWordsThatAreKnown() throws Exception {
    Files.writeString(log, "(0.1) doing\n(0.2) Error (x.c:1): y\n");
    states.add(ENDED);
    assertEquals(
        new Answer.Refused("no", List.of("doing", "Error (x.c:1): y")), look(NOBODY_ASKS, "no"));
    assertEquals(
        "it was not restored, and is exited with exit code 139",
        assertInstanceOf(Answer.Refused.class, look(NOBODY_ASKS, "")).why());
    states.clear();
    assertEquals(
        "the container is not on this machine any more",
        assertInstanceOf(Answer.Refused.class, look(NOBODY_ASKS, "")).why());
  }

  @Test
  void oneThatEndsWhileItIsLookedAtIsLookedAtUntilTheEngineKnowsHow() throws Exception {
    states.addAll(List.of(RUNS, RUNS, ENDED));
    assertInstanceOf(Answer.Ended.class, look((_, _) -> new Finding.Ending(), ""));
    assertEquals(2, slept);
  }

  @Test
  void engineThatNeverNoticesAnEndLeavesItOpenWhatRuns() {
    states.add(RUNS);
    assertThrows(IOException.class, () -> look((_, _) -> new Finding.Ending(), ""));
  }

  private Answer look(Proof proof, String refusal) throws Exception {
    CheckpointStart starts =
        new CheckpointStart(
            engine(),
            new CriuOptions(folder.resolve("runc.conf"), java.time.Clock.systemUTC(), _ -> {}),
            (_, _) -> new CommandRunner.Result(0, new byte[0], ""),
            folder,
            _ -> slept++);
    return starts.look("c", log, proof, Optional.of(refusal).filter(why -> !why.isEmpty()));
  }

  /** It says one state after the other, and the last for ever. */
  private DockerEngine engine() {
    return (DockerEngine)
        Proxy.newProxyInstance(
            DockerEngine.class.getClassLoader(),
            new Class<?>[] {DockerEngine.class},
            (_, method, _) -> {
              assertEquals("inspect", method.getName());
              if (states.isEmpty()) {
                return Optional.empty();
              }
              String state = states.size() > 1 ? states.removeFirst() : states.getFirst();
              return Optional.of(Container.parse("{\"State\": " + state + "}"));
            });
  }
}
