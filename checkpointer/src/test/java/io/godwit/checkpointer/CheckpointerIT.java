package io.godwit.checkpointer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.Service;
import io.godwit.contract.Abort;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Decision;
import io.godwit.contract.IsaName;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Preparation;
import io.godwit.docker.Container;
import io.godwit.docker.LayerFiles;
import io.godwit.isa.Isa;
import io.godwit.messaging.Topic;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checkpointer with this machine's own Engine and CRIU; the device is played. */
final class CheckpointerIT extends OnRealHost {
  private static final Path KV = Path.of("..", "deploy", "workloads", "kv");
  private static final Path UNACCEPTED = Path.of("src", "test", "c", "unaccepted.c");

  @Test
  void parkedProgramStandsStillAndGoesOnWithoutGap() throws Exception {
    String name = counter();
    String id = host.container(name).id();
    host.points().park(id, Isa.AARCH64, Duration.ofSeconds(30));
    int still = last(name);
    Thread.sleep(1000);
    assertEquals(still, last(name), "parked");

    host.points().goOn(id);
    assertCountsOn(name, still);
  }

  @Test
  void requestForUnknownContainerAndDeviceNamesBothAndTouchesNothing() throws Exception {
    Service service = host.start(host.blobs(), LONG);
    MigrationRequest request = RealHost.request("no-such-container").setDevice("toaster").build();

    Migration end = migrate(service, request);

    assertEquals(State.FAILED, end.state());
    String said = service.said().getLast();
    assertTrue(said.contains("There is no container no-such-container on host it-host"), said);
    assertTrue(said.contains("There is no device toaster"), said);
    assertTrue(host.publisher().on(Topic.PREPARATIONS, Preparation.class).isEmpty());
  }

  @Test
  void runsOnUntouchedWhenTheDeviceRefusesInTheRehearsal() throws Exception {
    String name = counter();
    Container before = host.container(name);
    host.device(Device.Will.REFUSE);
    Service service = host.start(host.blobs(), LONG);

    Migration end = migrate(service, RealHost.request(name).build());

    assertEquals(State.FAILED, end.state());
    String said = service.said().getLast();
    assertTrue(said.contains("Port 80 is taken.") && said.contains("No room."), said);
    assertEquals(before.firstPid(), host.container(name).firstPid());
    assertEquals("unless-stopped", policy(name));
    assertCountsOn(name, last(name));
  }

  @Test
  void rollsBackAfterAbortAndCountsOnWithoutGap() throws Exception {
    String name = counter();
    host.device(Device.Will.IGNORE);
    Service service = host.start(host.blobs(), LONG);
    MigrationRequest request = RealHost.request(name).build();
    service.worker().begin(service.accept(request));
    awaitState(service, request, State.FROZEN);
    assertFalse(host.container(name).runs());
    int frozen = last(name);

    host.log().append(abort(request));
    Migration end = awaitEnd(service, request);

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertCountsOn(name, frozen);
    assertEquals("unless-stopped", policy(name));
  }

  @Test
  void goneSourceIsRestoredFromTheStoreWhereItsFolderIsGoneToo() throws Exception {
    String name = counter();
    host.device(Device.Will.IGNORE);
    Service service = host.start(host.blobs(), LONG);
    MigrationRequest request = RealHost.request(name).build();
    service.worker().begin(service.accept(request));
    awaitState(service, request, State.FROZEN);
    int frozen = last(name);
    host.engine().kill(host.container(name).id());
    DurableFiles.deleteFolder(host.work(request));

    host.log().append(abort(request));
    Migration end = awaitEnd(service, request);

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertTrue(
        service.said().getLast().contains("its own checkpoint in the store"),
        () -> service.said().toString());
    assertCountsOn(name, frozen);
    assertEquals("unless-stopped", policy(name));
  }

  @Test
  void afterAPowerCutMemoryAndFilesAreAsTheStoreHasThem() throws Exception {
    int port = freePort();
    String name = kv(port);
    host.device(Device.Will.IGNORE);
    Service before = host.start(host.blobs(), LONG);
    MigrationRequest request = RealHost.request(name).build();
    try (LineClient client = LineClient.connect(port)) {
      assertEquals("OK", client.ask("SET bird godwit"));
    }
    // It keeps what it appends for up to a second.
    Path log = LayerFiles.upperDir(host.container(name)).resolve("kv.log");
    await().until(() -> Files.size(log) > 0);
    before.worker().begin(before.accept(request));
    awaitState(before, request, State.FROZEN);
    before.worker().close();
    // As the disk has both when nothing was written out.
    host.engine().kill(host.container(name).id());
    byte[] written = Files.readAllBytes(log);
    assertTrue(written.length > 0);
    Files.write(log, new byte[0]);
    try (var images = Files.newDirectoryStream(host.work(request).resolve("images"), "*.img")) {
      for (Path image : images) {
        Files.write(image, new byte[0]);
      }
    }
    host.wasStartedAnew(request);

    Service service = host.start(host.blobs(), LONG);
    host.log().append(abort(request));
    Migration end = awaitEnd(service, request);

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertTrue(
        service.said().getLast().contains("its own checkpoint in the store"),
        () -> service.said().toString());
    assertArrayEquals(written, Arrays.copyOf(Files.readAllBytes(log), written.length));
    try (LineClient client = LineClient.connect(port)) {
      assertEquals("VALUE godwit", client.ask("GET bird"));
      String[] sum = client.ask("SUM").split(" ", -1);
      assertEquals(sum[2], sum[1], "the heap's checksum");
    }
  }

  @Test
  void rollsBackWhenNobodyClaimsBeforeTheDeadline() throws Exception {
    String name = counter();
    host.device(Device.Will.IGNORE);
    Service service = host.start(host.blobs(), LONG);

    Migration end = migrate(service, RealHost.request(name).setDeadlineMs(15_000).build());

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertTrue(service.said().getLast().contains("aborted by the checkpointer"));
    assertCountsOn(name, last(name));
  }

  @Test
  void connectedServerIsThawedWithItsConnectionsAndCanBeMovedAgain() throws Exception {
    int port = freePort();
    String name = kv(port);
    Device device = host.device(Device.Will.FAIL);
    String file;
    try (LineClient client = LineClient.connect(port)) {
      assertEquals("OK", client.ask("SET bird godwit"));
      Service service = host.start(host.blobs(), LONG);
      Migration end = migrate(service, RealHost.request(name).build());
      assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
      // Its connection goes on, as if nothing had been.
      assertEquals("VALUE godwit", client.ask("GET bird"));
    }
    try (LineClient client = LineClient.connect(port)) {
      assertEquals("VALUE godwit", client.ask("GET bird"));
      String[] sum = client.ask("SUM").split(" ", -1);
      assertEquals(sum[2], sum[1], "the heap's checksum");
      assertEquals("OK", client.ask("SET bird curlew"));
      file = client.ask("FILE");
    }
    assertTrue(file.endsWith("/kv.log"), file);
    assertEquals("unless-stopped", policy(name));

    // What was thawed once can be dumped again.
    Service service = host.start(host.blobs(), LONG);
    Migration end = migrate(service, RealHost.request(name).build());
    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    assertFalse(device.runs());
    Checkpoint checkpoint = host.publisher().on(Topic.CHECKPOINTS, Checkpoint.class).getLast();
    assertTrue(checkpoint.getLayer().getArchive().getSize() > 0, "the file went with the changes");
    try (LineClient client = LineClient.connect(port)) {
      assertEquals("VALUE curlew", client.ask("GET bird"));
    }
  }

  @Test
  void severalContainersMoveAtOnce() throws Exception {
    List<String> names = List.of(counter("one"), counter("two"), counter("three"));
    host.device(Device.Will.FAIL);
    Service service = host.start(host.blobs(), LONG);
    List<Migration> asked = new ArrayList<>();
    for (String name : names) {
      asked.add(service.accept(RealHost.request(name).build()));
    }
    asked.forEach(service.worker()::begin);
    await()
        .atMost(PATIENCE)
        .until(() -> service.said().stream().filter(s -> s.contains(", ended: ")).count() == 3);
    for (Migration migration : asked) {
      assertEquals(
          State.ROLLED_BACK,
          service.journal().find(migration.id()).orElseThrow().state(),
          () -> service.said().toString());
    }
    for (String name : names) {
      assertCountsOn(name, last(name));
    }
  }

  @Test
  void containerRunsOnWhenTheDumpFailsAndCriuSaysWhy() throws Exception {
    String name =
        host.run(
            new RealHost.Wanted("unaccepted", "unaccepted", UNACCEPTED, List.of("/unaccepted"), 0));
    awaitCount(name, 3);
    host.device(Device.Will.SUCCEED);
    Service service = host.start(host.blobs(), LONG);

    Migration end = migrate(service, RealHost.request(name).build());

    assertEquals(State.ROLLED_BACK, end.state(), () -> service.said().toString());
    String said = service.said().getLast();
    assertTrue(said.contains("the dump failed") && said.contains("Error (criu/sk-unix.c"), said);
    assertEquals("unless-stopped", policy(name));
    assertCountsOn(name, last(name));
  }

  @Test
  void uploadsEverythingAndKeepsTheSourceEndedWhenTheDeviceSucceeds() throws Exception {
    String name = counter();
    Device device = host.device(Device.Will.SUCCEED);
    Service service = host.start(host.blobs(), LONG);

    Migration end = migrate(service, RealHost.request(name).build());

    assertEquals(State.SUCCEEDED, end.state(), () -> service.said().toString());
    assertTrue(device.runs());
    assertEquals("exited", host.container(name).state().status());
    assertEquals("no", policy(name));
    Checkpoint checkpoint = host.publisher().on(Topic.CHECKPOINTS, Checkpoint.class).getFirst();
    assertEquals(IsaName.X86_64, checkpoint.getSourceIsa());
    assertEquals(IsaName.AARCH64, checkpoint.getTargetIsa());
    List<String> images =
        checkpoint.getImages().getFilesList().stream().map(ManifestFile::getName).toList();
    assertTrue(
        images.containsAll(
            List.of(
                "inventory.img", "core-1.img", "mm-1.img", "pages-65537.img", "descriptors.json")),
        images::toString);
    assertEquals("/counter", checkpoint.getTwins(0).getExecutable());
    assertTrue(checkpoint.getFrozenAtMs() > 0);
    assertEquals(
        List.of(
            "preflight",
            "send ahead",
            "memory ahead",
            "rehearsal",
            "memory since",
            "park",
            "dump",
            "upload"),
        checkpoint.getPhasesList().stream().map(phase -> phase.getPhase()).toList());
  }

  @Test
  void removesTheSourceWhenAskedTo() throws Exception {
    String name = counter();
    host.device(Device.Will.SUCCEED);
    Service service = host.start(host.blobs(), LONG);

    Migration end = migrate(service, RealHost.request(name).setRemoveSource(true).build());

    assertEquals(State.SUCCEEDED, end.state(), () -> service.said().toString());
    assertTrue(host.engine().inspect(name).isEmpty());
  }

  private String kv(int port) throws IOException {
    return host.run(
        new RealHost.Wanted(
            "kv", "kv", KV, List.of("/kv", Integer.toString(port), "/kv.log"), port));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Decision abort(MigrationRequest request) {
    return Decision.newBuilder()
        .setMigrationId(request.getMigrationId())
        .setAbort(Abort.newBuilder().setBy("operator").setReason("changed my mind"))
        .build();
  }
}
