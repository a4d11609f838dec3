package io.godwit.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.agent.container.Homecoming;
import io.godwit.agent.container.Layers;
import io.godwit.agent.container.Places;
import io.godwit.agent.container.Trees;
import io.godwit.agent.state.Boot;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.BlobStore;
import io.godwit.contract.ContainerDescription;
import io.godwit.contract.Conversion;
import io.godwit.contract.FileTree;
import io.godwit.contract.FileTree.Kind;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.MoveOptions;
import io.godwit.contract.Preparation;
import io.godwit.contract.Tail;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.HttpDockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.Mount;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Volume;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees that come from another machine get their places on this machine's own Engine. */
class TreesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IMAGE = "godwit-trees-it";

  @TempDir Path folder;
  private final CommandRunner commands = CommandRunner.ofProcesses();
  private final HttpDockerEngine engine = new HttpDockerEngine(HttpDockerEngine.DEFAULT_SOCKET);
  private final LayerFiles files = new LayerFiles(commands, Clock.systemUTC());
  private final MigrationId id = new MigrationId(UUID.randomUUID().toString());
  private final String volume = "godwit-trees-it-" + id.shortId();
  private final String container = "godwit-trees-it-c-" + id.shortId();
  private FolderBlobStore blobs;
  private Trees trees;
  private Path came;

  @BeforeEach
  void begin() throws IOException {
    blobs = new FolderBlobStore(folder.resolve("blobs"));
    StateFolder state = new StateFolder(folder.resolve("state"), new Boot("this", Instant.EPOCH));
    trees =
        new Trees(
            engine,
            new Layers(blobs, files, state),
            files,
            new Places(
                engine, commands, new Homecoming(engine, new LeftBehind(folder.resolve("left")))),
            new SharedMemory(commands),
            state);
    came = Files.createDirectory(folder.resolve("came"));
    Files.writeString(came.resolve("kept"), "kept");
    Files.writeString(came.resolve("changes"), "before");
    Files.writeString(came.resolve("goes"), "x");
    if (engine.inspectImage(IMAGE).isEmpty()) {
      Path root = Files.createDirectories(folder.resolve("root/data")).resolve("..").normalize();
      Files.writeString(root.resolve("data/of-the-image"), "");
      run("tar", "-cf", folder.resolve("root.tar").toString(), "-C", root.toString(), ".");
      run("docker", "import", folder.resolve("root.tar").toString(), IMAGE);
    }
  }

  @AfterEach
  void end() throws IOException {
    trees.undo(id);
    engine.remove(container);
    engine.removeVolume(volume);
    engine.close();
  }

  @Test
  void aNewVolumeHasTheSourcesFilesAndLabelsAndIsGoneWhenTheRestoreFails() throws IOException {
    FileTree tree = volumeTree().putLabels("a", "b").build();
    ContainerSpec spec = spec(volume + ":/data", volume);
    assertEquals(List.of(), stage(tree, spec, false));
    assertTrue(engine.inspectVolume(volume).isEmpty(), "untouched by the rehearsal");

    Conversion conversion = changed(tree, false);
    trees.placeBefore(id, conversion, spec);
    Container made = create(spec);
    trees.placeAfter(id, conversion, made);

    Volume there = engine.inspectVolume(volume).orElseThrow();
    assertEquals("b", there.labels().get("a"));
    assertCame(there.place());
    engine.remove(container);
    trees.undo(id);
    assertTrue(engine.inspectVolume(volume).isEmpty());
  }

  @Test
  void anotherVolumeOfTheNameIsRefusedAndNotTouched() throws IOException {
    Path data = existing("theirs");
    List<String> reasons = stage(volumeTree().build(), spec(volume + ":/data", volume), false);
    assertEquals(1, reasons.size(), reasons::toString);
    assertTrue(reasons.getFirst().contains("The volume " + volume), reasons::toString);
    assertTrue(reasons.getFirst().contains("--replace-files"), reasons::toString);
    assertEquals("theirs", Files.readString(data.resolve("theirs")));
  }

  @Test
  void whatIsReplacedComesBackWhenTheRestoreFailsAndGoesWhenItSucceeds() throws IOException {
    Path data = existing("theirs");
    ContainerSpec spec = spec(volume + ":/data", volume);
    assertEquals(List.of(), stage(volumeTree().build(), spec, true));
    Conversion conversion = changed(volumeTree().build(), true);
    trees.placeBefore(id, conversion, spec);
    trees.placeAfter(id, conversion, create(spec));
    assertCame(data);

    engine.remove(container);
    trees.undo(id);
    assertEquals("theirs", Files.readString(data.resolve("theirs")));
    assertFalse(Files.exists(data.resolve("kept")));

    trees.placeBefore(id, conversion, spec);
    trees.placeAfter(id, conversion, create(spec));
    trees.keep(id, container);
    assertCame(data);
    try (var beside = Files.list(data.resolve("..").normalize())) {
      assertEquals(List.of("_data"), beside.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void anEmptyVolumeStaysEmptyAlthoughTheImageHasFilesThere() throws IOException {
    for (String name : List.of("kept", "changes", "goes")) {
      Files.delete(came.resolve(name));
    }
    FileTree tree = volumeTree().build();
    ContainerSpec spec = spec(volume + ":/data", volume);
    stage(tree, spec, false);
    Conversion conversion = conversion(tree, false);
    trees.placeBefore(id, conversion, spec);
    trees.placeAfter(id, conversion, create(spec));
    Path data = engine.inspectVolume(volume).orElseThrow().place();
    try (var found = Files.list(data)) {
      assertEquals(List.of(), found.toList());
    }
  }

  @Test
  void aNamelessVolumeIsFilledUnderItsNewName() throws IOException {
    FileTree tree = volumeTree().setSource("f".repeat(64)).build();
    ContainerSpec spec = spec("", "f".repeat(64));
    stage(tree, spec, false);
    Conversion conversion = changed(tree, false);
    trees.placeBefore(id, conversion, spec);
    Container made = create(spec);
    trees.placeAfter(id, conversion, made);
    assertCame(Path.of(assertInstanceOf(Mount.Volume.class, made.mounts().getFirst()).source()));
  }

  @Test
  void aFolderIsMadeWithWhatLeadsToItAndGoesWithItWhenTheRestoreFails() throws IOException {
    Path place = folder.resolve("srv/app/data");
    FileTree tree = bindTree(place, false).build();
    ContainerSpec spec = spec(place + ":/data", place.toString());
    assertEquals(List.of(), stage(tree, spec, false));
    assertFalse(Files.exists(place));
    trees.placeBefore(id, changed(tree, false), spec);
    assertCame(place);
    trees.undo(id);
    assertFalse(Files.exists(folder.resolve("srv")));
  }

  @Test
  void aFileThatIsTheSameStaysAndAnotherIsRefused() throws IOException {
    Path place = folder.resolve("file");
    Files.writeString(place, "same");
    Path theirs = folder.resolve("theirs");
    Files.writeString(theirs, "same");
    FileTree tree = bindTree(theirs, true).setSource(place.toString()).build();
    ContainerSpec spec = spec(place + ":/etc/file:ro", place.toString());
    assertEquals(List.of(), stage(tree, spec, false));
    Object inode = Files.getAttribute(place, "unix:ino");
    trees.placeBefore(id, conversion(tree, false), spec);
    assertEquals(inode, Files.getAttribute(place, "unix:ino"));

    Files.writeString(place, "mine");
    assertTrue(
        stage(tree, spec, false).getFirst().startsWith("The path " + place),
        "named in the refusal");
  }

  @Test
  void whatCameToBeSinceTheRehearsalIsNotReplaced() throws IOException {
    Path place = folder.resolve("late");
    FileTree tree = bindTree(place, false).build();
    ContainerSpec spec = spec(place + ":/data", place.toString());
    stage(tree, spec, false);
    Files.createDirectory(place);
    Files.writeString(place.resolve("theirs"), "theirs");
    Conversion conversion = changed(tree, false);
    IOException refusal =
        assertThrows(IOException.class, () -> trees.placeBefore(id, conversion, spec));
    assertTrue(refusal.getMessage().contains(place.toString()), refusal.getMessage());
    trees.undo(id);
    assertEquals("theirs", Files.readString(place.resolve("theirs")));
  }

  @Test
  void aLogGoesOnUnderTheNewContainersName() throws IOException {
    String old = "e".repeat(64);
    Path log = Files.createDirectory(folder.resolve("log"));
    Files.writeString(log.resolve(old + "-json.log"), "one\ntwo, cut");
    Files.writeString(log.resolve(old + "-json.log.1"), "zero\n");
    FileTree tree =
        FileTree.newBuilder().setKind(Kind.LOG).setSource(old).setFiles(archive(log)).build();
    ContainerSpec spec = spec("", "f".repeat(64));
    stage(tree, spec, false);
    FileTree now =
        tree.toBuilder()
            .clearFiles()
            .addTails(
                Tail.newBuilder()
                    .setPath(old + "-json.log")
                    .setOffset(4)
                    .setBytes(
                        blobs
                            .put("two\nthree\n".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                            .toRef()))
            .build();
    Container made = create(spec);
    trees.placeAfter(id, conversion(now, false), made);
    String name = made.id();
    Path there = engine.info().folderOf(name);
    assertEquals("one\ntwo\nthree\n", Files.readString(there.resolve(name + "-json.log")));
    assertEquals("zero\n", Files.readString(there.resolve(name + "-json.log.1")));
  }

  @Test
  void sharedMemoryStandsReadyWithItsFilesAndIsGoneWhenTheRestoreFails() throws IOException {
    FileTree ahead =
        FileTree.newBuilder().setKind(Kind.SHARED_MEMORY).setDestination("/dev/shm").build();
    ContainerSpec spec = spec("", "f".repeat(64));
    stage(ahead, spec, false);
    Container made = create(spec);
    trees.placeAfter(
        id, conversion(ahead.toBuilder().setFiles(archive(came)).build(), false), made);
    String option = trees.criuOptions(id).getFirst();
    assertTrue(option.startsWith("external mnt[/dev/shm]:/"), option);
    Path place = Path.of(option.substring(option.indexOf(':') + 1));
    assertEquals("kept", Files.readString(place.resolve("kept")));
    trees.undo(id);
    assertFalse(Files.exists(place));
  }

  private void assertCame(Path place) throws IOException {
    assertEquals("kept", Files.readString(place.resolve("kept")));
    assertEquals("after", Files.readString(place.resolve("changes")));
    assertFalse(Files.exists(place.resolve("goes")));
    assertFalse(Files.exists(place.resolve("of-the-image")));
  }

  private FileTree.Builder volumeTree() throws IOException {
    return FileTree.newBuilder()
        .setKind(Kind.VOLUME)
        .setDestination("/data")
        .setSource(volume)
        .setFiles(archive(came));
  }

  private FileTree.Builder bindTree(Path place, boolean file) throws IOException {
    return FileTree.newBuilder()
        .setKind(Kind.BIND)
        .setDestination("/data")
        .setSource(place.toString())
        .setSingleFile(file)
        .setFiles(archive(file ? place : came));
  }

  private List<String> stage(FileTree tree, ContainerSpec spec, boolean replace)
      throws IOException {
    DurableFiles.deleteFolder(folder.resolve("state/staging").resolve(id.value()));
    return trees.stage(
        id,
        Preparation.newBuilder()
            .addTrees(tree)
            .setContainer(ContainerDescription.newBuilder().setId("d".repeat(64)))
            .setOptions(MoveOptions.newBuilder().setReplaceFiles(replace))
            .build(),
        spec);
  }

  /** What changed since: one file has other content, one is gone. */
  private Conversion changed(FileTree tree, boolean replace) throws IOException {
    Path changes = Files.createDirectories(folder.resolve("changes"));
    Files.writeString(changes.resolve("changes"), "after");
    LayerArchive archive = archive(changes).toBuilder().addRemoved("goes").build();
    return conversion(tree.toBuilder().setFiles(archive).build(), replace);
  }

  private static Conversion conversion(FileTree tree, boolean replace) {
    return Conversion.newBuilder()
        .setContainer(ContainerDescription.newBuilder().setId("d".repeat(64)))
        .setOptions(MoveOptions.newBuilder().setReplaceFiles(replace))
        .addTrees(tree)
        .build();
  }

  private LayerArchive archive(Path tree) throws IOException {
    Path tar = folder.resolve("tree.tar");
    boolean single = Files.isRegularFile(tree);
    files.archive(
        single ? tree.resolveSibling(".").normalize() : tree,
        single ? files.listFile(tree) : files.list(tree),
        tar);
    return LayerArchive.newBuilder().setArchive(blobs.put(tar, BlobStore.SILENT).toRef()).build();
  }

  private Path existing(String name) throws IOException {
    engine.createVolume(volume, Map.of());
    Path data = engine.inspectVolume(volume).orElseThrow().place();
    Files.writeString(data.resolve(name), "theirs");
    return data;
  }

  /** As the source's Engine would tell it. */
  private static ContainerSpec spec(String bind, String source) throws IOException {
    ObjectNode inspect = JSON.createObjectNode().put("Id", "d".repeat(64));
    ObjectNode config = inspect.putObject("Config").put("Image", IMAGE);
    config.putArray("Cmd").add("/none");
    ObjectNode host = inspect.putObject("HostConfig");
    host.putObject("LogConfig").put("Type", "json-file");
    ArrayNode binds = host.putArray("Binds");
    if (bind.isEmpty()) {
      config.putObject("Volumes").putObject("/data");
    } else {
      binds.add(bind);
    }
    inspect
        .putArray("Mounts")
        .addObject()
        .put("Type", source.startsWith("/") ? "bind" : "volume")
        .put("Source", source)
        .put("Destination", "/data");
    return ContainerSpec.of(Container.parse(inspect.toString()));
  }

  private Container create(ContainerSpec spec) throws IOException {
    engine.create(container, spec);
    return engine.inspect(container).orElseThrow();
  }

  private void run(String... command) throws IOException {
    CommandRunner.Result result =
        commands.run(new ArrayList<>(List.of(command)), Duration.ofMinutes(1));
    assertEquals(0, result.exit(), result.errors());
  }
}
