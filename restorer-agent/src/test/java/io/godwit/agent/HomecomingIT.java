package io.godwit.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.container.Homecoming;
import io.godwit.contract.Conversion;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerException;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container comes back to the machine that it has left. On this machine's own Engine. */
class HomecomingIT {
  private static final long MARK = 0x60d3174aL;
  private static final String BEFORE = UUID.randomUUID().toString();
  private static final String LEFT = UUID.randomUUID().toString();

  @TempDir Path folder;
  private AgentLab lab;
  private String source = "";

  @BeforeEach
  void begin() throws Exception {
    lab = new AgentLab(folder);
    source = lab.startSource("--label", Homecoming.JOURNEY_LABEL + "=" + BEFORE + " " + LEFT);
    lab.mark(source, MARK);
  }

  @AfterEach
  void end() throws IOException {
    lab.close();
  }

  @Test
  void whatItLeftBehindMakesWayAndGoesWhenItRuns() throws Exception {
    String left = leftBehind();
    assertEquals(List.of(), refusals());
    restore();
    assertInstanceOf(Verdict.Succeeded.class, verdict());
    assertEquals(MARK, lab.mark(lab.name));
    assertFalse(lab.exists(left), "what it left behind is removed");
    assertEquals(
        BEFORE + " " + LEFT + " " + lab.id,
        lab.inspect(lab.name).labels().get(Homecoming.JOURNEY_LABEL));
  }

  @Test
  void whatItLeftBehindHasItsNameAgainWhenTheRestoreFails() throws Exception {
    String left = leftBehind();
    Conversion conversion = lab.conversion(source);
    var refusing =
        new EngineDecorator(lab.engine) {
          @Override
          public void startFromCheckpoint(String container, String checkpoint) throws IOException {
            throw new DockerException.Refused(500, "no");
          }
        };
    lab.agent(refusing).handler().handle(AgentLab.DEVICE, conversion);
    assertInstanceOf(Verdict.Failed.class, verdict());
    assertIsThere(left, lab.name);
  }

  @Test
  void whatItLeftBehindHasItsNameAgainAfterACrashBeforeTheClaim() throws Exception {
    String left = leftBehind();
    Conversion conversion = lab.conversion(source);
    var crashing =
        new EngineDecorator(lab.engine) {
          @Override
          public String create(String name, ContainerSpec spec) {
            assertIsThere(left, "godwit-left-behind-" + lab.id.shortId());
            throw new AssertionError("the power is cut");
          }
        };
    assertThrows(
        AssertionError.class,
        () -> lab.agent(crashing).handler().handle(AgentLab.DEVICE, conversion));
    lab.agent(lab.engine).recovery().run();
    assertIsThere(left, lab.name);
    lab.agent(lab.engine).handler().handle(AgentLab.DEVICE, conversion);
    assertInstanceOf(Verdict.Succeeded.class, verdict());
    assertFalse(lab.exists(left));
  }

  @Test
  void whatAnotherContainerLeftBehindKeepsItsName() throws Exception {
    leftBehind(UUID.randomUUID().toString());
    assertRefused();
  }

  @Test
  void whatWasStartedSinceKeepsItsName() throws Exception {
    leftBehind();
    lab.run("docker", "start", lab.name);
    assertRefused();
    lab.run("docker", "stop", "--time", "0", lab.name);
    assertRefused();
  }

  @Test
  void whatNoMigrationLeftKeepsItsName() throws Exception {
    lab.startAs(lab.name);
    lab.run("docker", "stop", "--time", "0", lab.name);
    assertRefused();
  }

  private String leftBehind() throws IOException {
    return leftBehind(LEFT);
  }

  /** A stopped container of the name that the one that comes is to have. */
  private String leftBehind(String migration) throws IOException {
    String left = lab.startAs(lab.name);
    lab.leftBehind.note(lab.inspect(left), migration);
    lab.run("docker", "stop", "--time", "0", left);
    return left;
  }

  private void restore() throws Exception {
    lab.agent(lab.engine).handler().handle(AgentLab.DEVICE, lab.conversion(source));
  }

  private void assertRefused() throws Exception {
    String holder = lab.inspect(lab.name).id();
    List<String> reasons = refusals();
    assertEquals(1, reasons.size(), reasons.toString());
    assertTrue(
        reasons.getFirst().startsWith("The name " + lab.name + " is taken"), reasons.getFirst());
    assertIsThere(holder, lab.name);
    lab.state.forget(lab.id);
  }

  private List<String> refusals() throws Exception {
    Preparation preparation = lab.preparation(source);
    lab.rehearsals(lab.engine).handle(AgentLab.DEVICE, preparation);
    return lab.published
        .of(Topic.REHEARSALS, Rehearsal.class)
        .getLast()
        .getRefusal()
        .getReasonsList();
  }

  private void assertIsThere(String container, String name) {
    try {
      assertEquals(name, lab.inspect(container).name());
      assertFalse(
          lab.containers(lab.engine).find(lab.purpose()).isPresent(),
          "it is not one of the agent's");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Verdict verdict() {
    return lab.verdict();
  }
}
