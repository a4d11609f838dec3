package io.godwit.checkpointer.freeze;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.DumpProcesses;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcMemory;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.HttpDockerEngine;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Tcp;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The acts on a real container, with this machine's own Engine and CRIU. */
final class FreezeIT {
  private static final Path PROC = Path.of("/proc");
  private static final String CHECKPOINT = "freeze-it";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final DockerEngine engine = new HttpDockerEngine(HttpDockerEngine.DEFAULT_SOCKET);
  private final CommandRunner commands = CommandRunner.ofProcesses();
  private final ProcFs processes = new ProcFs(PROC);
  private final ProcessIdentity identity = new ProcessIdentity(processes, new ProcMemory(PROC));
  private final Clock clock = Clock.systemUTC();
  private final Waiting waiting = new Waiting(clock, Sleeper.SYSTEM, Threads.SYSTEM);
  private final CriuOptions criu = new CriuOptions(CriuOptions.RUNC_CONF, clock, Sleeper.SYSTEM);
  private final SourceControl source =
      new SourceControl(
          engine,
          processes,
          identity,
          new CgroupFreezer(processes, Path.of("/sys/fs/cgroup")),
          commands,
          waiting);
  private Optional<Holder> holder = Optional.empty();

  @BeforeEach
  void begin() throws IOException {
    criu.recover();
  }

  @AfterEach
  void end() throws IOException {
    if (holder.isPresent()) {
      holder.get().close();
    }
    engine.close();
  }

  @Test
  void sameProcessGoesOnAfterFreezeDumpAndThawAndSoDoItsClients() throws Exception {
    Holder holds = start();
    long pid = holds.pid();
    try (Socket client = holds.connect();
        Dumper.Ready ready = ready(holds, Tcp.CLOSE)) {
      assertEquals(8, Holder.ask(client, 7));
      long begin = System.nanoTime();
      source.freeze(holds.id());
      long frozen = System.nanoTime();
      int still = holds.numbers().size();
      ready.dump();
      long dumped = System.nanoTime();
      assertInstanceOf(Sight.Frozen.class, source.look(holds.id(), Optional.empty()));
      assertEquals(still, holds.numbers().size(), "it executed nothing");
      assertTrue(checkpointFolder(holds).isComplete());
      assertTrue(ghosts(holds) >= 5L << 20, "the deleted file went along");

      long thaw = System.nanoTime();
      source.thaw(holds.id());
      long thawed = System.nanoTime();
      System.out.printf(
          "pause %d ms, dump %d ms, thaw %d ms%n",
          (frozen - begin) / 1_000_000, (dumped - frozen) / 1_000_000, (thawed - thaw) / 1_000_000);
      assertEquals(42, Holder.ask(client, 41), "the same connection");
    }
    assertGoesOn(holds);
    assertEquals(pid, holds.pid());
  }

  @Test
  void whatCriuDumpsAndCannotRestoreGoesOnAtTheSource() throws Exception {
    Holder holds = start("ping");
    source.freeze(holds.id());
    try (Dumper.Ready ready = ready(holds, Tcp.CLOSE)) {
      ready.dump();
    }
    source.thaw(holds.id());
    assertGoesOn(holds);
  }

  @Test
  void keptConnectionsGoOnAndNothingReachesThemWhileTheyAreHeld() throws Exception {
    Holder holds = start();
    try (Socket client = holds.connect();
        Dumper.Ready ready = ready(holds, Tcp.KEEP)) {
      assertEquals(2, Holder.ask(client, 1));
      source.freeze(holds.id());
      source.holdNetwork(holds.id());
      source.holdNetwork(holds.id());
      ready.dump();
      client.getOutputStream().write(10);
      Thread.sleep(1000);
      assertEquals(0, unread(holds), "bytes that the dump does not hold");

      source.releaseNetwork(holds.id());
      source.releaseNetwork(holds.id());
      source.thaw(holds.id());
      assertEquals(11, client.getInputStream().read(), "it was sent again");
    }
    assertGoesOn(holds);
  }

  @Test
  void hungCriuIsCutOffWithinASecondAndTheSourceGoesOn() throws Exception {
    Holder holds = start();
    // A dump may be over before anybody can stop it: then it is done again.
    boolean hung = false;
    for (int round = 0; round < 20 && !hung; round++) {
      hung = isCutOffWhereItHangs(holds);
    }
    assertTrue(hung, "no dump could be stopped while it was at work");
    assertGoesOn(holds);

    // Whatever the killed CRIU left in it, it can be dumped and restored.
    source.freeze(holds.id());
    try (Dumper.Ready again = ready(holds, Tcp.CLOSE)) {
      again.dump();
    }
    source.thaw(holds.id());
    assertGoesOn(holds);
  }

  @Test
  void execsThatBeginWithTheFreezeNeitherHoldItNorAreHeldByIt() throws Exception {
    Holder holds = start();
    for (int round = 0; round < 8; round++) {
      Process exec =
          new ProcessBuilder("docker", "exec", holds.id(), "/holder")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Thread.sleep(40 + round * 20L);
      source.freeze(holds.id());
      assertTrue(source.stands(holds.id()));
      assertInstanceOf(Sight.Frozen.class, source.look(holds.id(), Optional.empty()));
      source.thaw(holds.id());
      assertInstanceOf(Sight.Runs.class, source.look(holds.id(), Optional.empty()));
      exec.destroyForcibly();
    }
    assertGoesOn(holds);
  }

  @Test
  void whatEndedIsRestoredFromItsDumpWithoutAGap() throws Exception {
    Holder holds = start();
    source.freeze(holds.id());
    Sight.Frozen frozen =
        assertInstanceOf(Sight.Frozen.class, source.look(holds.id(), Optional.empty()));
    try (Dumper.Ready ready = ready(holds, Tcp.CLOSE)) {
      ready.dump();
    }
    int frozenAt = holds.numbers().size();
    source.end(holds.id());
    source.end(holds.id());
    assertEquals(frozenAt, holds.numbers().size(), "killed where it stood");
    assertInstanceOf(Sight.Ended.class, source.look(holds.id(), Optional.empty()));
    int numbers = holds.numbers().size();

    SourceRestore restore =
        new SourceRestore(
            engine,
            new CheckpointStart(engine, criu, commands, PROC, Sleeper.SYSTEM),
            new SharedMemory(commands),
            processes,
            identity);
    SourceRestore.Dump dump =
        new SourceRestore.Dump(
            CHECKPOINT,
            checkpointFolder(holds),
            folder.resolve("restore.log"),
            Tcp.CLOSE,
            folder.resolve("held"));
    Optional<String> expected = Optional.of(frozen.identity());
    assertEquals(
        new SourceRestore.Answer.Restored(Optional.empty()),
        restore.restore(holds.id(), dump, expected));
    assertInstanceOf(Sight.Runs.class, source.look(holds.id(), expected));
    await().atMost(PATIENCE).until(() -> holds.numbers().size() > numbers + 3);
    assertGoesOn(holds);

    // What runs already is restored, as far as anybody can tell; what runs otherwise is a stranger.
    assertInstanceOf(
        Sight.Stranger.class, source.look(holds.id(), Optional.of("random:0:another")));
    engine.remove(holds.id());
    assertInstanceOf(Sight.Removed.class, source.look(holds.id(), expected));
  }

  @Test
  void engineAndKernelAreBroughtTogetherWhicheverWasAskedBehindTheOthersBack() throws Exception {
    Holder holds = start();
    CgroupFreezer kernel = new CgroupFreezer(processes, Path.of("/sys/fs/cgroup"));
    HostProcess first = processes.find(holds.pid()).orElseThrow();

    source.freeze(holds.id());
    kernel.thaw(first, holds.id());
    assertInstanceOf(Sight.Frozen.class, source.look(holds.id(), Optional.empty()));
    source.thaw(holds.id());
    assertEquals("running", holds.container().state().status());
    assertGoesOn(holds);

    kernel.freeze(first, holds.id());
    assertInstanceOf(Sight.Frozen.class, source.look(holds.id(), Optional.empty()));
    source.freeze(holds.id());
    assertEquals("paused", holds.container().state().status());
    source.freeze(holds.id());
    source.thaw(holds.id());
    assertInstanceOf(Sight.Runs.class, source.look(holds.id(), Optional.empty()));
    source.thaw(holds.id());
    assertGoesOn(holds);
  }

  @Test
  void whatWasDumpedExecutesNothingWhoeverLetsItGoOn() throws Exception {
    Holder holds = start();
    source.freeze(holds.id());
    try (Dumper.Ready ready = ready(holds, Tcp.CLOSE)) {
      ready.dump();
    }
    int still = holds.numbers().size();
    engine.unpause(holds.id());
    Thread.sleep(500);
    assertEquals(still, holds.numbers().size(), "unpaused by another hand");
    assertInstanceOf(Sight.Frozen.class, source.look(holds.id(), Optional.empty()));
    source.thaw(holds.id());
    assertInstanceOf(Sight.Runs.class, source.look(holds.id(), Optional.empty()));
    assertGoesOn(holds);
  }

  private Holder start(String... more) throws IOException {
    Holder started = new Holder(engine, folder, more);
    holder = Optional.of(started);
    await().atMost(PATIENCE).until(() -> started.numbers().size() > 3);
    return started;
  }

  private CheckpointFolder checkpointFolder(Holder holds) throws IOException {
    return CheckpointFolder.of(engine, holds.id(), CHECKPOINT, folder);
  }

  private Dumper.Ready ready(Holder holds, Tcp tcp) throws IOException, InterruptedException {
    HostFacts facts = HostFacts.ask("here", PROC, System.getProperty("os.arch"), commands);
    return new Dumper(
            engine,
            criu,
            processes,
            new InotifyWatches(processes, commands),
            facts,
            source,
            waiting)
        .ready(
            holds.id(),
            CHECKPOINT,
            checkpointFolder(holds),
            folder.resolve("dump.log"),
            tcp,
            PATIENCE);
  }

  private long ghosts(Holder holds) throws IOException {
    long bytes = 0;
    for (Path file : checkpointFolder(holds).files()) {
      bytes += file.getFileName().toString().startsWith("ghost-file") ? Files.size(file) : 0;
    }
    return bytes;
  }

  /** Bytes that have come to its connections and that it has not read. */
  private long unread(Holder holds) throws IOException {
    long bytes = 0;
    for (String line :
        Files.readAllLines(PROC.resolve(Long.toString(holds.pid())).resolve("net/tcp"))) {
      String[] fields = line.strip().split("\\s+", -1);
      // ESTABLISHED; the queues are SENT:RECEIVED, in hexadecimal (proc_net_tcp.rst).
      if (fields[3].equals("01")) {
        bytes += Long.parseLong(fields[4].substring(fields[4].indexOf(':') + 1), 16);
      }
    }
    return bytes;
  }

  /** Stops CRIU in the midst of a dump; false where the dump was quicker. */
  private boolean isCutOffWhereItHangs(Holder holds) throws Exception {
    DumpProcesses dumps = new DumpProcesses(processes);
    AtomicReference<Optional<Long>> cancelled = new AtomicReference<>(Optional.empty());
    AtomicBoolean over = new AtomicBoolean();
    Optional<IOException> cut = Optional.empty();
    source.freeze(holds.id());
    try (Dumper.Ready ready = ready(holds, Tcp.CLOSE)) {
      CompletableFuture<Void> stopper =
          CompletableFuture.runAsync(() -> {
            if (stopCriu(dumps, holds, over)) {
              cancelled.set(Optional.of(System.nanoTime()));
              ready.cancel();
            }
          });
      try {
        ready.dump();
      } catch (IOException e) {
        cut = Optional.of(e);
      }
      over.set(true);
      if (cut.isEmpty()) {
        stopper.join();
      }
    }
    source.thaw(holds.id());
    if (cut.isEmpty()) {
      return false;
    }
    IOException reason = cut.get();
    long took = (System.nanoTime() - cancelled.get().orElseThrow()) / 1_000_000;
    assertTrue(took < 1500, () -> "cut off and thawed after %d ms: %s".formatted(took, reason));
    assertTrue(reason.getMessage().contains("cut off"), reason::getMessage);
    return true;
  }

  /** Whether there was one, which now stands for a second. */
  private static boolean stopCriu(DumpProcesses dumps, Holder holds, AtomicBoolean over) {
    try {
      List<HostProcess> criu = List.of();
      while (criu.isEmpty() && !over.get()) {
        criu = dumps.started(holds.id());
      }
      if (criu.isEmpty()) {
        return false;
      }
      List<String> command = new ArrayList<>(List.of("kill", "-STOP"));
      criu.forEach(process -> command.add(Long.toString(process.pid())));
      CommandRunner.ofProcesses().run(command, PATIENCE);
      Thread.sleep(1000);
      return !over.get();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertGoesOn(Holder holds) throws IOException {
    int before = holds.numbers().size();
    await().atMost(PATIENCE).until(() -> holds.numbers().size() > before + 3);
    List<Long> numbers = holds.numbers();
    assertEquals(LongStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers);
    assertEquals(List.of(), holds.lost());
  }
}
