package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.Manifests;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.migration.Standstill;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.FolderBlobs;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.FileTree;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Preparation;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Volume;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store's copy of a container with a volume and shared memory of its own. */
final class OwnCheckpointTest {
  private static final String CONTAINER = "c".repeat(64);

  @TempDir private Path folder;
  private final List<List<String>> ran = new ArrayList<>();
  private FolderBlobs blobs;
  private Journal journal;
  private OwnCheckpoint own;

  @BeforeEach
  void begin() throws IOException {
    blobs = new FolderBlobs(folder.resolve("blobs"));
    journal = new Journal(folder.resolve("state"));
    ProcFs processes = new ProcFs(folder.resolve("proc"));
    Path random = Files.createDirectories(folder.resolve("proc/sys/kernel/random"));
    Files.writeString(random.resolve("boot_id"), "boot-2\n");
    CommandRunner commands = this::run;
    own =
        new OwnCheckpoint(
            engine(),
            processes,
            journal,
            blobs,
            new LayerFiles(commands, Clock.systemUTC()),
            new SharedMemory(commands));
  }

  @Test
  void afterAStartOfTheMachineItsFilesArePutBackToo() throws IOException {
    OwnCheckpoint.Copy.Whole copy = find("boot-1", stored());
    assertEquals("in the store", copy.which());
    assertTrue(copy.folder().isComplete());
    assertEquals(
        List.of(
            folder.resolve("upper").toString(),
            folder.resolve("volume").toString(),
            journal.keptFile(FakeHost.ID, TreeSender.HELD).toString()),
        unpackedInto());
    assertTrue(ran.stream().anyMatch(command -> command.contains("tmpfs")), ran::toString);
  }

  @Test
  void whatWasFetchedOnceIsNotFetchedAgain() throws IOException {
    Optional<Checkpoint> stored = stored();
    find("boot-1", stored);
    ran.clear();
    assertTrue(find("boot-1", stored).folder().isComplete());
    assertEquals(List.of(), ran);
  }

  @Test
  void theSameRunOfTheMachineHasLostNoFile() throws IOException {
    OwnCheckpoint.Copy.Whole copy = find("boot-2", stored());
    assertEquals("in the store", copy.which());
    assertEquals(List.of(), ran);
  }

  @Test
  void whatIsOnTheDiskIsOfNoUseAfterAStartOfTheMachine() throws IOException {
    Path images = Files.createDirectories(journal.workFolder(FakeHost.ID).resolve("images"));
    Files.writeString(images.resolve("inventory.img"), "inventory");
    Path engines =
        Files.createDirectories(
            folder.resolve("docker/containers").resolve(CONTAINER).resolve("checkpoints"));
    Files.createDirectory(engines.resolve("godwit-" + FakeHost.ID));
    Files.writeString(engines.resolve("godwit-" + FakeHost.ID + "/descriptors.json"), "[]");
    assertEquals("on this host's disk", find("boot-2", stored()).which());
    assertEquals("on this host's disk", find("", stored()).which(), "an earlier version's");
    assertEquals("in the store", find("boot-1", stored()).which());
    assertInstanceOf(
        OwnCheckpoint.Copy.None.class,
        own.find(migration("boot-1", Optional.empty()), touched("boot-1", Optional.empty()), it()));
  }

  @Test
  void ofWhatHasGoneOnThereIsNone() throws IOException {
    Migration.Touched goneOn = touched("boot-1", stored()).goingOn();
    assertInstanceOf(
        OwnCheckpoint.Copy.None.class, own.find(migration("boot-1", stored()), goneOn, it()));
    assertFalse(Files.exists(journal.workFolder(FakeHost.ID).resolve("stored")));
  }

  private OwnCheckpoint.Copy.Whole find(String boot, Optional<Checkpoint> stored)
      throws IOException {
    return assertInstanceOf(
        OwnCheckpoint.Copy.Whole.class,
        own.find(migration(boot, stored), touched(boot, stored), it()));
  }

  private List<String> unpackedInto() {
    return ran.stream()
        .filter(command -> command.contains("--extract"))
        .map(command -> command.get(command.indexOf("--directory") + 1))
        .toList();
  }

  private CommandRunner.Result run(List<String> command, Duration atMost) {
    ran.add(command);
    return new CommandRunner.Result(0, new byte[0], "");
  }

  private static Migration migration(String boot, Optional<Checkpoint> stored) {
    return new Migration.Aborted(
        Migration.accepted(FakeHost.request().build(), Instant.EPOCH).order(),
        Optional.of(touched(boot, stored)));
  }

  private static Migration.Touched touched(String boot, Optional<Checkpoint> stored) {
    Standstill standstill =
        Standstill.untouched(1)
            .withFreeze(new Standstill.Freeze(Instant.EPOCH, "random:1", boot))
            .withDump(new Standstill.Dump("godwit-" + FakeHost.ID, true));
    return new Migration.Touched(
        new Source(CONTAINER, Isa.X86_64, Isa.X86_64, List.of()),
        Preparation.getDefaultInstance(),
        standstill,
        stored);
  }

  private Optional<Checkpoint> stored() throws IOException {
    Path dumped = Files.createDirectories(folder.resolve("dumped"));
    Files.writeString(dumped.resolve("inventory.img"), "inventory");
    Files.writeString(dumped.resolve("descriptors.json"), "[]");
    return Optional.of(
        Checkpoint.newBuilder()
            .setImages(new Manifests(blobs).upload(dumped, done -> {}))
            .setLayer(archive())
            .addTrees(tree(FileTree.Kind.VOLUME, "/data").setSource("data").setFiles(archive()))
            .addTrees(tree(FileTree.Kind.SHARED_MEMORY, "/dev/shm").setFiles(archive()))
            .addTrees(FileTree.newBuilder().setKind(FileTree.Kind.LOG).setSource(CONTAINER))
            .build());
  }

  private static FileTree.Builder tree(FileTree.Kind kind, String destination) {
    return FileTree.newBuilder().setKind(kind).setDestination(destination);
  }

  /** A tar of nothing ends with two blocks of zeros. */
  private LayerArchive archive() throws IOException {
    return LayerArchive.newBuilder().setArchive(blobs.put(new byte[1024]).toRef()).build();
  }

  private Container it() throws IOException {
    return Container.parse(
        """
        {"Id": "%s", "Name": "/app",
         "GraphDriver": {"Name": "overlay2", "Data": {"UpperDir": "%s"}},
         "Mounts": [{"Type": "volume", "Name": "data", "Destination": "/data"}],
         "HostConfig": {"IpcMode": "shareable", "LogConfig": {"Type": "json-file"}}}
        """
            .formatted(CONTAINER, Files.createDirectories(folder.resolve("upper"))));
  }

  private DockerEngine engine() {
    Map<String, Object> answers =
        Map.of(
            "info",
            new EngineInfo(
                "26",
                folder.resolve("docker"),
                "overlay2",
                true,
                2,
                List.of("json-file"),
                "docker-init"),
            "inspectVolume",
            Optional.of(new Volume("local", folder.resolve("volume"), Map.of(), "")));
    return (DockerEngine)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DockerEngine.class},
            (proxy, method, arguments) -> answers.get(method.getName()));
  }
}
