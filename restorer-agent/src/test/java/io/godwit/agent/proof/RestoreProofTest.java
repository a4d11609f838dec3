package io.godwit.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.docker.CheckpointStart.Proof.Finding;
import io.godwit.docker.Container;
import io.godwit.docker.CriuLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container of two processes, 1 and 7, which the machine numbers 501 and 507. */
class RestoreProofTest {
  @TempDir Path folder;
  private Path proc;
  private Path images;
  private Path log;
  private long pid = 501;

  @BeforeEach
  void begin() throws IOException {
    proc = Files.createDirectory(folder.resolve("proc"));
    images = Files.createDirectory(folder.resolve("images"));
    log = folder.resolve("restore.log");
    Files.writeString(log, "(0.1) Restore finished successfully. Tasks resumed.\n");
    write(
        EntryImage.of(
            ImageName.of(ImageKind.PSTREE),
            List.of(
                Message.builder().varint(PstreeEntry.PID, 1).build(),
                Message.builder().varint(PstreeEntry.PID, 7).build())));
    write(EntryImage.of(ImageName.of(ImageKind.MM, 1), List.of(layout(0x1000))));
    write(EntryImage.of(ImageName.of(ImageKind.MM, 7), List.of(layout(0x7000))));
    process(501, 1, "pid:[4026]", 0x1000);
    process(507, 7, "pid:[4026]", 0x7000);
    process(777, 7, "pid:[1]", 0x9999);
  }

  @Test
  void allProcessesOfTheCheckpointAreCounted() throws IOException {
    Finding.Same restored = assertInstanceOf(Finding.Same.class, look());
    assertEquals(3, restored.proof().size());
    assertEquals(
        "Of the checkpoint's 2 processes 2 are there under their numbers, 2 with the checkpoint's memory layout.",
        restored.proof().getLast());
  }

  @Test
  void aChildThatBecameAnotherProgramSinceIsCountedAndNoObstacle() throws IOException {
    process(507, 7, "pid:[4026]", 0x5555);
    Finding.Same restored = assertInstanceOf(Finding.Same.class, look());
    assertTrue(restored.proof().getLast().contains("2 are there under their numbers, 1 with"));
  }

  @Test
  void aFreshStartHasAnotherStack() throws IOException {
    process(501, 1, "pid:[4026]", 0x2000);
    Finding.Stranger stranger = assertInstanceOf(Finding.Stranger.class, look());
    assertTrue(stranger.why().contains("START_STACK is 0x2000, not 0x1000"), stranger.why());
  }

  @Test
  void aProcessUnderAnotherNumberIsNotTheCheckpoints() throws IOException {
    process(501, 2, "pid:[4026]", 0x1000);
    assertInstanceOf(Finding.Stranger.class, look());
  }

  @Test
  void withoutCriusLastWordNothingIsProven() throws IOException {
    Files.writeString(log, "(0.1) Error (x): y\n");
    assertInstanceOf(Finding.Stranger.class, look());
    Files.delete(log);
    assertInstanceOf(Finding.Stranger.class, look());
  }

  @Test
  void withoutRandomAddressesTheProofSaysSo() throws IOException {
    Files.createDirectories(proc.resolve("sys/kernel"));
    Files.writeString(proc.resolve("sys/kernel/randomize_va_space"), "0\n");
    Finding.Same restored = assertInstanceOf(Finding.Same.class, look());
    assertTrue(restored.proof().get(1).contains("randomisation is off"), restored.proof().get(1));
  }

  @Test
  void aProcessThatBecameAnotherProgramIsTheOneThatCriuMade() throws IOException {
    process(501, 1, "pid:[4026]", 0x2000);
    made(501);
    Finding.Same restored = assertInstanceOf(Finding.Same.class, look());
    assertTrue(restored.proof().get(1).contains("names process 501 of this machine"));
    assertTrue(restored.proof().get(1).contains("another program"), restored.proof().get(1));
  }

  @Test
  void aProcessThatCriuDidNotMakeIsAStrangerThoughARestoreHasFinished() throws IOException {
    process(501, 1, "pid:[4026]", 0x2000);
    made(400);
    assertInstanceOf(Finding.Stranger.class, look());
  }

  @Test
  void aProcessThatEndsWhileItIsLookedAtIsLookedAtAgain() throws IOException {
    pid = 502;
    assertInstanceOf(Finding.Ending.class, look());
  }

  @Test
  void imagesThatAreLostLeaveCriusWord() throws IOException {
    Files.writeString(images.resolve("pstree.img"), "damaged");
    made(501);
    assertInstanceOf(Finding.Same.class, look());
  }

  @Test
  void imagesThatCannotBeReadProveNothing() throws IOException {
    Files.writeString(images.resolve("pstree.img"), "damaged");
    assertInstanceOf(Finding.Stranger.class, look());
  }

  private void made(long pid) throws IOException {
    Files.writeString(
        log,
        "(0.05) PID: real %d virt 1\n(0.06)      1: PID: real 507 virt 7\n(0.1) Restore finished successfully.\n"
            .formatted(pid));
  }

  private Finding look() throws IOException {
    return new RestoreProof(proc)
        .of(images)
        .look(
            Container.parse("{\"State\": {\"Running\": true, \"Pid\": %d}}".formatted(pid)),
            CriuLog.read(log));
  }

  private void write(EntryImage image) throws IOException {
    Files.write(images.resolve(image.imageName().fileName()), image.encode().toByteArray());
  }

  private void process(long pid, long innermost, String namespace, long stack) throws IOException {
    Path process = proc.resolve(Long.toString(pid));
    Files.createDirectories(process.resolve("ns"));
    Files.deleteIfExists(process.resolve("ns/pid"));
    Files.createSymbolicLink(process.resolve("ns/pid"), Path.of(namespace));
    Files.writeString(
        process.resolve("status"), "Name:\tkv\nNSpid:\t%d\t%d\n".formatted(pid, innermost));
    StringBuilder stat = new StringBuilder(pid + " (kv) S");
    for (int field = 4; field <= 52; field++) {
      stat.append(' ').append(field == 28 ? stack : field);
    }
    Files.writeString(process.resolve("stat"), stat);
  }

  private static Message layout(long stack) {
    return Message.builder()
        .varint(MmEntry.MM_START_CODE, 26)
        .varint(MmEntry.MM_END_CODE, 27)
        .varint(MmEntry.MM_START_STACK, stack)
        .varint(MmEntry.MM_START_DATA, 45)
        .varint(MmEntry.MM_END_DATA, 46)
        .varint(MmEntry.MM_START_BRK, 47)
        .varint(MmEntry.MM_ARG_START, 48)
        .varint(MmEntry.MM_ARG_END, 49)
        .varint(MmEntry.MM_ENV_START, 50)
        .varint(MmEntry.MM_ENV_END, 51)
        .build();
  }
}
