package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.criu.field.ThreadInfoAarch64;
import io.godwit.criu.field.ThreadInfoX86;
import io.godwit.criu.field.UserAarch64RegsEntry;
import io.godwit.criu.field.UserX86FpregsEntry;
import io.godwit.criu.field.UserX86RegsEntry;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
  static List<Corpus.Image> images() throws IOException {
    return Corpus.images();
  }

  static List<String> checkpoints() throws IOException {
    return Corpus.checkpoints();
  }

  @ParameterizedTest
  @MethodSource("images")
  void encodesEveryImageAsItWasRead(Corpus.Image image) {
    assertArrayEquals(
        image.bytes(), ImageFile.decode(image.name(), image.bytes()).encode().toByteArray());
  }

  @ParameterizedTest
  @MethodSource("images")
  void knowsEveryImageButDockersOwnFile(Corpus.Image image) {
    assertEquals(
        !image.name().equals("descriptors.json"), ImageName.parse(image.name()).isPresent());
  }

  /** CRIU writes through protobuf-c, so what is made anew must come out as CRIU writes it. */
  @ParameterizedTest
  @MethodSource("images")
  void writesFieldsAsCriuDoes(Corpus.Image file) {
    if (ImageFile.decode(file.name(), file.bytes()) instanceof EntryImage image) {
      assertEquals(image, image.map(CorpusTest::madeAnew));
      assertArrayEquals(file.bytes(), image.map(CorpusTest::madeAnew).encode().toByteArray());
      List<Integer> asNew = EntryImage.of(image.imageName(), List.of()).magics();
      assertEquals(asNew, image.magics());
    }
  }

  private static Message madeAnew(Message message) {
    Message made = Message.empty();
    for (int number : Set.copyOf(message.numbers())) {
      Field field = message.fields(number).getFirst();
      made =
          switch (field) {
            case Field.Varint _ -> made.withVarints(number, message.varints(number), false);
            case Field.Fixed32 v -> made.withFixed32(number, v.value());
            case Field.Fixed64 v -> made.withFixed64(number, v.value());
            case Field.Delimited _ -> made.withBytesList(number, message.bytesList(number));
          };
    }
    return made;
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void findsACoreForEveryThreadOfTheTree(String checkpoint) throws IOException {
    ImageFolder folder = ImageFolder.of(Corpus.folder(checkpoint));
    Set<Long> threads = new HashSet<>();
    for (Message task : folder.entries(ImageKind.PSTREE).messages()) {
      long leader = task.requireVarint(PstreeEntry.PID);
      Message core = folder.entries(ImageKind.CORE, leader).only();
      boolean dead =
          core.requireMessage(CoreEntry.TC).requireVarint(TaskCoreEntry.TASK_STATE)
              == TaskCoreEntry.TASK_DEAD;
      threads.add(leader);
      // CRIU 4.2.1 leaves whatever was in memory as the thread of a zombie.
      threads.addAll(dead ? List.of() : task.varints(PstreeEntry.THREADS));
    }
    assertEquals(
        threads,
        folder.images(ImageKind.CORE).stream().map(ImageName::id).collect(Collectors.toSet()));
    assertFalse(threads.isEmpty());
  }

  @Test
  void readsRegistersOfAnX86Thread() throws IOException {
    Message core = ImageFolder.of(Corpus.folder("counter")).entries(ImageKind.CORE, 1).only();
    assertEquals(CoreEntry.MARCH_X86_64, core.requireVarint(CoreEntry.MTYPE));
    assertEquals("counter", core.requireMessage(CoreEntry.TC).requireString(TaskCoreEntry.COMM));
    assertEquals(62, core.requireMessage(CoreEntry.TC).messages(TaskCoreEntry.SIGACTIONS).size());
    Message info = core.requireMessage(CoreEntry.THREAD_INFO);
    Message registers = info.requireMessage(ThreadInfoX86.GPREGS);
    assertEquals(0x33, registers.requireVarint(UserX86RegsEntry.CS));
    assertEquals(UserX86RegsEntry.MODE_NATIVE, registers.requireVarint(UserX86RegsEntry.MODE));
    assertEquals(
        64, info.requireMessage(ThreadInfoX86.FPREGS).varints(UserX86FpregsEntry.XMM_SPACE).size());
  }

  @Test
  void readsRegistersOfAnArmThread() throws IOException {
    ImageFolder folder = ImageFolder.of(Corpus.folder("counter-aarch64"));
    Message core = folder.entries(ImageKind.CORE, 1).only();
    assertEquals(CoreEntry.MARCH_AARCH64, core.requireVarint(CoreEntry.MTYPE));
    Message registers =
        core.requireMessage(CoreEntry.TI_AARCH64).requireMessage(ThreadInfoAarch64.GPREGS);
    assertEquals(31, registers.varints(UserAarch64RegsEntry.REGS).size());
    assertTrue(registers.requireVarint(UserAarch64RegsEntry.PC) != 0);
  }

  @Test
  void keepsPayloadsOfTheZoo() throws IOException {
    ImageFolder zoo = ImageFolder.of(Corpus.folder("zoo"));
    assertPayload(zoo, ImageKind.FIFO_DATA, 0, 0, "in the fifo".repeat(50));
    ImageName tcp = zoo.images(ImageKind.TCP_STREAM).getFirst();
    String stream = zoo.entries(tcp).entries().getFirst().payload().toStringUtf8();
    assertTrue(stream.startsWith("to the "), stream);
    List<ImageEntry> queues = zoo.entries(ImageKind.SK_QUEUES).entries();
    assertTrue(queues.stream().anyMatch(e -> e.payload().toStringUtf8().equals("two two")));
    ImageName semaphores = zoo.images(ImageKind.IPCNS_SEM).getFirst();
    ByteString values = zoo.entries(semaphores).entries().getFirst().payload();
    assertEquals(16, values.size(), "five 16-bit values padded to 8 bytes");
    assertEquals(7, values.byteAt(4));
    ImageName messages = zoo.images(ImageKind.IPCNS_MSG).getFirst();
    assertTrue(
        zoo.entries(messages)
            .entries()
            .getFirst()
            .payload()
            .toStringUtf8()
            .contains("hello world\0\0\0\0\0"));
    assertPayload(zoo, ImageKind.GHOST_FILE, 1, 0, "ghost".repeat(1000));
    List<ImageEntry> sparse = zoo.entries(ImageKind.GHOST_FILE, 2).entries();
    assertEquals(0, sparse.getFirst().payload().size());
    assertTrue(sparse.getLast().payload().toStringUtf8().startsWith("z".repeat(100)));
  }

  private static void assertPayload(
      ImageFolder folder, ImageKind kind, long id, int entry, String expected) throws IOException {
    EntryImage image = folder.entries(new ImageName(kind, id));
    assertEquals(expected, image.entries().get(entry).payload().toStringUtf8());
  }
}
