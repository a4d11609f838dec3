package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.CriuVersion;
import io.godwit.messaging.Sleeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuOptionsTest {
  @TempDir Path etc;
  private Path file;
  private CriuOptions options;

  @BeforeEach
  void begin() {
    file = etc.resolve("criu/runc.conf");
    options = new CriuOptions(file, Clock.systemUTC(), Sleeper.SYSTEM);
  }

  @Test
  void peersAreToldOfTheEndWhereCriuCanBeAskedNotToLock() {
    Optional<CriuVersion> debian = Optional.of(new CriuVersion(4, 1, 1));
    Optional<CriuVersion> mended = Optional.of(new CriuVersion(4, 2, 1));
    List<String> skip = List.of("network-lock skip");
    assertEquals(skip, CriuOptions.withoutLock(Tcp.CLOSE, mended));
    assertEquals(List.of(), CriuOptions.withoutLock(Tcp.CLOSE, debian));
    assertEquals(List.of(), CriuOptions.withoutLock(Tcp.CLOSE, Optional.empty()));
    assertEquals(List.of(), CriuOptions.withoutLock(Tcp.KEEP, mended));
  }

  @Test
  void imagesAreNamedByALinkSinceOlderCriuReadsOne(@TempDir Path folder) throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    String line = CriuOptions.imagesIn(images);
    Path link = Path.of(line.substring("images-dir ".length()));
    assertEquals(images.toAbsolutePath(), Files.readSymbolicLink(link));
    assertEquals(line, CriuOptions.imagesIn(images));
  }

  @Test
  void optionsStandThereWhileTheyAreNeededAndNoLonger() throws IOException {
    try (CriuOptions.InForce _ = options.put(List.of(CriuOptions.TCP_CLOSE, "verbosity 4"))) {
      assertEquals("tcp-close\nverbosity 4\n", Files.readString(file));
    }
    assertFalse(Files.exists(file));
  }

  @Test
  void whatStoodThereStaysInForceAndComesBackUnchanged() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "ghost-limit 10M\n\n# ours");
    try (CriuOptions.InForce _ = options.put(List.of(CriuOptions.TCP_CLOSE))) {
      assertEquals("ghost-limit 10M\n\n# ours\ntcp-close\n", Files.readString(file));
    }
    assertEquals("ghost-limit 10M\n\n# ours", Files.readString(file));
  }

  @Test
  void aCrashIsRepairedAtTheNextStart() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file.resolveSibling("runc.conf.godwit-saved"), "theirs\n");
    Files.writeString(file, "theirs\ntcp-close\n");
    assertTrue(options.recover());
    assertEquals("theirs\n", Files.readString(file));
    assertTrue(options.recover());
    assertEquals("theirs\n", Files.readString(file));
  }

  @Test
  void aStartWaitsForNobodysDump() throws IOException {
    CriuOptions starting = new CriuOptions(file, Clock.systemUTC(), Sleeper.SYSTEM);
    try (CriuOptions.InForce _ = options.put(List.of("first"))) {
      assertTimeout(Duration.ofSeconds(5), () -> assertFalse(starting.recover()));
      assertEquals("first\n", Files.readString(file));
    }
    assertTrue(starting.recover());
    assertFalse(Files.exists(file));
  }

  @Test
  void aCrashWhereNoFileStoodIsRepairedByTheNextUser() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file.resolveSibling("runc.conf.godwit-absent"), "");
    Files.writeString(file, "tcp-close\n");
    try (CriuOptions.InForce _ = options.put(List.of(CriuOptions.FILE_LOCKS))) {
      assertEquals("file-locks\n", Files.readString(file));
    }
    assertFalse(Files.exists(file));
  }

  @Test
  void oneUserAtATime() throws Exception {
    CompletableFuture<String> second;
    try (CriuOptions.InForce _ = options.put(List.of("first"))) {
      second =
          CompletableFuture.supplyAsync(() -> {
            try (CriuOptions.InForce _ =
                new CriuOptions(file, Clock.systemUTC(), Sleeper.SYSTEM).put(List.of("second"))) {
              return Files.readString(file);
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      assertThrows(TimeoutException.class, () -> second.get(200, TimeUnit.MILLISECONDS));
      assertEquals("first\n", Files.readString(file));
    }
    assertEquals("second\n", second.get(10, TimeUnit.SECONDS));
    assertFalse(Files.exists(file));
  }

  @Test
  void whoWaitsTooLongIsToldWhoHasTheTurn() throws Exception {
    CriuOptions other = new CriuOptions(file, Clock.systemUTC(), Sleeper.SYSTEM);
    try (var _ = options.put(List.of("first"), "the dump of bird", Duration.ofSeconds(1))) {
      CriuBusyException busy =
          assertThrows(
              CriuBusyException.class,
              () -> other.put(List.of("second"), "another", Duration.ofMillis(120)));
      assertTrue(busy.getMessage().contains("the dump of bird (process "), busy::getMessage);
      assertEquals("first\n", Files.readString(file));
    }
    try (var _ = other.put(List.of("second"), "another", Duration.ZERO)) {
      assertEquals("second\n", Files.readString(file));
    }
  }

  @Test
  void whoWaitsCanBeInterrupted() throws Exception {
    try (var _ = options.put(List.of("first"))) {
      Thread.currentThread().interrupt();
      assertThrows(
          InterruptedException.class,
          () -> options.put(List.of("second"), "another", Duration.ofMinutes(1)));
    }
  }

  @Test
  void deletedFilesOfAnySizeAndConnectionsThatNobodyAcceptedAreNoReasonToFail() {
    assertEquals("ghost-limit 5000000000", CriuOptions.ghostLimit(5_000_000_000L));
    assertEquals(List.of("skip-in-flight"), CriuOptions.unaccepted(Tcp.CLOSE));
    assertEquals(List.of(), CriuOptions.unaccepted(Tcp.KEEP));
  }

  @Test
  void anOptionCannotBringASecondLine() {
    assertThrows(
        IllegalArgumentException.class, () -> options.put(List.of("log-file /x\nexec-cmd")));
    assertFalse(Files.exists(file));
  }

  @Test
  void theLogsPathIsAbsolute() {
    assertTrue(CriuOptions.logTo(Path.of("restore.log")).getFirst().startsWith("log-file /"));
  }
}
