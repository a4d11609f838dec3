package io.godwit.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.state.Journal;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.docker.ContainerSpec;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On this machine's own Engine. */
class RehearsalIT {
  @TempDir Path folder;
  private AgentLab lab;

  @BeforeEach
  void begin() throws IOException {
    lab = new AgentLab(folder);
  }

  @AfterEach
  void end() throws IOException {
    lab.close();
  }

  @Test
  void rehearsalOnThisMachinesEngineGivesATemplate() throws Exception {
    Preparation preparation = lab.preparation(lab.startSource("--env", "A=b"));
    lab.rehearsals(lab.engine).handle(AgentLab.DEVICE, preparation);

    Rehearsal rehearsal = only();
    assertTrue(rehearsal.hasTemplate(), rehearsal.getRefusal().getReasonsList().toString());
    List<String> names =
        rehearsal.getTemplate().getImages().getFilesList().stream()
            .map(ManifestFile::getName)
            .toList();
    assertTrue(
        names.containsAll(
            List.of("descriptors.json", "inventory.img", "core-1.img", "mm-1.img", "seccomp.img")),
        names.toString());
    assertFalse(rehearsal.getTemplate().getCriuVersion().isEmpty());
    assertEquals(4096, rehearsal.getTemplate().getPageSize());
    assertEquals(AgentLab.INSTANCE, rehearsal.getTemplate().getDeviceInstance());
    long took = rehearsal.getTemplate().getRestoreMs();
    assertTrue(took > 0 && took < rehearsal.getDurationMs(), took + " ms");
    assertNothingIsLeft();
    assertFalse(Files.exists(Path.of("/etc/criu/runc.conf.godwit-saved")));
  }

  @Test
  void aSecondRecordGetsTheSameAnswerAndNothingIsDone() throws Exception {
    Preparation preparation = lab.preparation(lab.startSource());
    lab.rehearsals(lab.engine).handle(AgentLab.DEVICE, preparation);
    lab.rehearsals(
            new EngineDecorator(lab.engine) {
              @Override
              public String create(String name, ContainerSpec spec) {
                return Assertions.fail("created a second time");
              }
            })
        .handle(AgentLab.DEVICE, preparation);
    List<Rehearsal> answers = lab.published.of(Topic.REHEARSALS, Rehearsal.class);
    assertEquals(2, answers.size());
    assertEquals(answers.get(0), answers.get(1));
  }

  @Test
  void aRefusalNamesEveryReason() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
      String source = lab.startSource();
      lab.run("docker", "create", "--name", lab.name, "godwit-agent-it", "/app");
      Preparation preparation = lab.preparation(source);
      String publishing =
          preparation
              .getContainer()
              .getInspectJson()
              .toStringUtf8()
              .replace(
                  "\"PortBindings\":{}",
                  "\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"%d\"}]}"
                      .formatted(taken.getLocalPort()));
      Preparation.Builder changed = preparation.toBuilder();
      changed
          .getContainerBuilder()
          .setInspectJson(com.google.protobuf.ByteString.copyFromUtf8(publishing));
      lab.rehearsals(lab.engine).handle(AgentLab.DEVICE, changed.build());
    }
    List<String> reasons = only().getRefusal().getReasonsList();
    assertEquals(2, reasons.size(), reasons.toString());
    assertTrue(reasons.get(0).startsWith("Port "), reasons.get(0));
    assertTrue(reasons.get(1).startsWith("The name " + lab.name + " is taken"), reasons.get(1));
  }

  @Test
  void aProbeThatCannotStartIsARefusalInTheEnginesWords() throws Exception {
    Preparation preparation = lab.preparation(lab.startSource());
    Preparation.Builder changed = preparation.toBuilder();
    changed
        .getContainerBuilder()
        .setInspectJson(
            com.google.protobuf.ByteString.copyFromUtf8(
                preparation
                    .getContainer()
                    .getInspectJson()
                    .toStringUtf8()
                    .replace("\"User\":\"\"", "\"User\":\"nobody-here\"")));
    lab.rehearsals(lab.engine).handle(AgentLab.DEVICE, changed.build());
    String reason = only().getRefusal().getReasons(0);
    assertTrue(reason.startsWith("The container cannot be started on this device: "), reason);
    assertTrue(reason.contains("nobody-here"), reason);
    assertNothingIsLeft();
  }

  @Test
  void whatACrashLeftIsRemovedAtTheNextStart() throws Exception {
    String source = lab.startSource();
    String leftover = Containers.rehearsalName(lab.id);
    lab.containers(lab.engine).create(leftover, Purpose.rehearsal(lab.id), lab.spec(source));
    lab.journal.write(Journal.Entry.rehearsal(lab.id, leftover));
    lab.agent(lab.engine).recovery().run();
    assertNothingIsLeft();
  }

  @Test
  void anIdThatIsNoUuidIsPoison() throws Exception {
    Preparation preparation = Preparation.newBuilder().setMigrationId("../../etc").build();
    Assertions.assertThrows(
        PoisonException.class,
        () -> lab.rehearsals(lab.engine).handle(AgentLab.DEVICE, preparation));
  }

  private Rehearsal only() {
    List<Rehearsal> answers = lab.published.of(Topic.REHEARSALS, Rehearsal.class);
    assertEquals(1, answers.size());
    return answers.getFirst();
  }

  private void assertNothingIsLeft() throws IOException {
    assertFalse(lab.exists(Containers.rehearsalName(lab.id)));
    assertEquals(List.of(), lab.journal.all());
  }
}
