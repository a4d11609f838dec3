package io.godwit.agent.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.BlobRef;
import io.godwit.contract.FileTree;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Tail;
import io.godwit.docker.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogWithRoomTest {
  private static final String THERE = "0ld";
  private static final String HERE = "new";
  private static final String ONE = "{\"log\":\"one\"}\n";
  private static final String TWO = "{\"log\":\"two\"}\n";
  private static final String NEXT = "{\"log\":\"next\"}\n";

  @TempDir Path folder;
  private Path engines;
  private Path staged;
  private Path current;

  @BeforeEach
  void folders() throws IOException {
    engines = Files.createDirectory(folder.resolve("engines"));
    staged = Files.createDirectories(folder.resolve("tree/files"));
    current = engines.resolve(HERE + "-json.log");
  }

  private Tree tree(FileTree.Builder what) {
    FileTree log = what.setKind(FileTree.Kind.LOG).setSource(THERE).build();
    return new Tree(log, LayerArchive.getDefaultInstance(), folder.resolve("tree"));
  }

  private static Container container(String driver, String most) throws IOException {
    return Container.parse(
        "{\"Id\":\"%s\",\"HostConfig\":{\"LogConfig\":{\"Type\":\"%s\",\"Config\":{%s}}}}"
            .formatted(HERE, driver, most.isEmpty() ? "" : "\"max-size\":\"" + most + "\""));
  }

  private void sent(String content) throws IOException {
    Files.writeString(staged.resolve(THERE + "-json.log"), content);
  }

  /** As the Engine has it open: it knows how long it was then. */
  private long ahead(String content) throws IOException {
    sent(content);
    LogWithRoom.put(tree(FileTree.newBuilder()), container("json-file", ""), engines);
    return Files.size(current);
  }

  private void complete(FileTree.Builder what) throws IOException {
    LogWithRoom.complete(tree(what), container("json-file", ""), engines);
    Files.writeString(current, NEXT, StandardOpenOption.APPEND);
  }

  private static FileTree.Builder tail(long offset) {
    return FileTree.newBuilder()
        .addTails(Tail.newBuilder().setPath(THERE + "-json.log").setOffset(offset));
  }

  private static FileTree.Builder whole() {
    return FileTree.newBuilder()
        .setFiles(LayerArchive.newBuilder().setArchive(BlobRef.getDefaultInstance()));
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(current).stream().map(String::strip).toList();
  }

  @Test
  void whatWasLoggedSinceComesBeforeWhatIsLoggedNextAndNothingMoves() throws IOException {
    long open = ahead(ONE);
    sent(ONE + TWO + TWO);
    complete(tail(ONE.length()));
    assertEquals(List.of(ONE.strip(), TWO.strip(), TWO.strip(), NEXT.strip()), lines());
    assertEquals(open + NEXT.length(), Files.size(current), "the Engine believes so");
  }

  @Test
  void aLogThatHasNotGrownAndOneThatWasEmptyAreThere() throws IOException {
    ahead(ONE);
    complete(FileTree.newBuilder());
    assertEquals(List.of(ONE.strip(), NEXT.strip()), lines());
    Files.delete(current);
    ahead("");
    sent(ONE);
    complete(tail(0));
    assertEquals(List.of(ONE.strip(), NEXT.strip()), lines());
  }

  @Test
  void aLogThatWasTurnedOverSinceIsThatOne() throws IOException {
    long open = ahead(ONE + TWO + TWO);
    sent(TWO);
    Files.writeString(staged.resolve(THERE + "-json.log.1"), ONE);
    complete(whole());
    assertEquals(List.of(TWO.strip(), NEXT.strip()), lines());
    assertEquals(open + NEXT.length(), Files.size(current));
    assertEquals(ONE, Files.readString(engines.resolve(HERE + "-json.log.1")));
  }

  @Test
  void whatDoesNotFitIsToldAndNotCut() throws IOException {
    ahead(ONE);
    sent(ONE + TWO.repeat(LogWithRoom.ROOM / TWO.length() + 1));
    assertThrows(IOException.class, () -> complete(tail(ONE.length())));
  }

  @Test
  void aLogOfAnotherKindOrWithLittleRoomIsNotTouched() throws IOException {
    sent(ONE);
    for (Container other : List.of(container("local", ""), container("json-file", "100k"))) {
      assertThrows(
          IOException.class, () -> LogWithRoom.put(tree(FileTree.newBuilder()), other, engines));
      assertFalse(Files.exists(current));
    }
    LogWithRoom.put(tree(FileTree.newBuilder()), container("json-file", "10m"), engines);
    assertTrue(Files.exists(current));
  }
}
