package io.godwit.checkpointer.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.testing.FolderBlobs;
import io.godwit.contract.FileTree;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Tail;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.Volume;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With this machine's own find and tar; the Engine only says where things lie. */
final class TreeSenderIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ID = "c".repeat(64);

  @TempDir private Path folder;
  private final ObjectNode inspect = JSON.createObjectNode().put("Id", ID);
  private Path log;
  private Path data;
  private BlobStore blobs;
  private TreeSender sender;
  private Migration migration;

  @BeforeEach
  void begin() throws IOException {
    log = Files.createDirectories(folder.resolve("docker/containers").resolve(ID));
    data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(log.resolve(ID + "-json.log"), "one\n");
    Files.writeString(log.resolve("config.v2.json"), "not a log");
    Files.writeString(data.resolve("big"), "x");
    inspect.putObject("HostConfig").putObject("LogConfig").put("Type", "json-file");
    for (String at : List.of("/second", "/first")) {
      inspect
          .withArray("Mounts")
          .addObject()
          .put("Type", "volume")
          .put("Name", "v")
          .put("Destination", at);
    }
    blobs = new FolderBlobs(folder.resolve("blobs"));
    sender =
        new TreeSender(
            engine(),
            new LayerFiles(CommandRunner.ofProcesses(), Clock.systemUTC()),
            blobs,
            new Journal(folder.resolve("state")),
            (of, what, total) -> BlobStore.SILENT);
    migration =
        Migration.accepted(
            MigrationRequest.newBuilder().setMigrationId(UUID.randomUUID().toString()).build(),
            Instant.now());
  }

  @Test
  void aVolumeThatIsMountedTwiceGoesOnceWithItsLabels() throws IOException {
    List<FileTree> ahead = ahead();
    assertEquals(2, ahead.size(), ahead::toString);
    assertEquals(FileTree.Kind.VOLUME, ahead.getFirst().getKind());
    assertEquals("/first", ahead.getFirst().getDestination());
    assertEquals(Map.of("a", "b"), ahead.getFirst().getLabelsMap());
    assertEquals(Map.of("./", 0L, "big", 1L), sizes(ahead.getFirst()));
  }

  @Test
  void ofALogOnlyWhatWasAppendedFollows() throws IOException {
    List<FileTree> ahead = ahead();
    assertEquals(Map.of(ID + "-json.log", 4L), sizes(ahead.getLast()));
    Files.writeString(log.resolve(ID + "-json.log"), "two\n", StandardOpenOption.APPEND);

    FileTree changes = changes(ahead);
    assertFalse(changes.getFiles().hasArchive());
    Tail tail = changes.getTailsList().getFirst();
    assertEquals(ID + "-json.log", tail.getPath());
    assertEquals(4, tail.getOffset());
    assertEquals(
        "two\n", new String(blobs.read(Blob.of(tail.getBytes()), 0, 4), StandardCharsets.UTF_8));
  }

  @Test
  void aLogThatWasRotatedMeanwhileFollowsWhole() throws IOException {
    List<FileTree> ahead = ahead();
    Path file = log.resolve(ID + "-json.log");
    Files.move(file, log.resolve(ID + "-json.log.1"), StandardCopyOption.ATOMIC_MOVE);
    Files.writeString(file, "three\n");

    FileTree changes = changes(ahead);
    assertEquals(0, changes.getTailsCount());
    assertEquals(Map.of(ID + "-json.log", 6L, ID + "-json.log.1", 4L), sizes(changes));
  }

  @Test
  void ofAVolumeWhatChangedFollowsAndWhatIsGoneIsNamed() throws Exception {
    Files.writeString(data.resolve("old"), "old");
    Files.writeString(data.resolve("gone"), "gone");
    Thread.sleep(2_100);
    List<FileTree> ahead = ahead();
    Files.writeString(data.resolve("big"), "xy");
    Files.delete(data.resolve("gone"));
    FileTree changes =
        sender.changes(migration, Container.parse(inspect.toString()), ahead).getFirst();
    assertEquals(List.of("gone"), changes.getFiles().getRemovedList());
    assertTrue(sizes(changes).containsKey("big"), changes::toString);
    assertFalse(sizes(changes).containsKey("old"), changes::toString);
  }

  private List<FileTree> ahead() throws IOException {
    return sender.ahead(migration, Container.parse(inspect.toString()));
  }

  private FileTree changes(List<FileTree> ahead) throws IOException {
    return sender.changes(migration, Container.parse(inspect.toString()), ahead).getLast();
  }

  private Map<String, Long> sizes(FileTree tree) throws IOException {
    Path file = folder.resolve("fetched.tar");
    blobs.fetch(Blob.of(tree.getFiles().getArchive()), file, BlobStore.SILENT);
    return LayerFiles.sizes(file);
  }

  private DockerEngine engine() {
    Volume volume = new Volume("local", data, Map.of("a", "b"), "");
    EngineInfo info =
        new EngineInfo("", folder.resolve("docker"), "overlay2", true, 1, List.of(), "");
    return (DockerEngine)
        Proxy.newProxyInstance(
            DockerEngine.class.getClassLoader(),
            new Class<?>[] {DockerEngine.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "info" -> info;
                  case "inspectVolume" -> Optional.of(volume);
                  default -> throw new AssertionError(method.getName());
                });
  }
}
