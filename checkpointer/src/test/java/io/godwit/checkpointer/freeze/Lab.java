package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.checkpointer.source.ProcessIdentity;
import io.godwit.checkpointer.testing.Crash;
import io.godwit.checkpointer.testing.FakeEngine;
import io.godwit.checkpointer.testing.FakeProcesses;
import io.godwit.checkpointer.testing.TestClock;
import io.godwit.criu.CriuVersion;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CommandRunner;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.SharedMemory;
import io.godwit.docker.Tcp;
import io.godwit.isa.Isa;
import io.godwit.messaging.Sleeper;
import io.godwit.service.Threads;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A machine that is played, with one container, and the acts on it. */
final class Lab {
  static final String ID = FakeEngine.ID;
  static final String CHECKPOINT = "godwit-lab";
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path folder;
  private final TestClock clock = new TestClock();
  private final List<List<String>> ran = new ArrayList<>();
  private final Map<String, Long> sizes = new HashMap<>();
  private final List<Runnable> whileItSleeps = new ArrayList<>();
  final FakeProcesses.World program = new FakeProcesses.World();
  final FakeEngine.World world = new FakeEngine.World();
  final FakeProcesses processes;
  final FakeEngine engine;
  final ProcFs proc;
  final SourceControl source;
  final CriuOptions criu;

  Lab(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("proc"));
    Path executable = Files.createFile(folder.resolve("program"));
    this.proc = new ProcFs(folder.resolve("proc"));
    this.processes = new FakeProcesses(proc.folder(), executable, new Crash(-1), program);
    Path conf = folder.resolve("criu/runc.conf");
    this.engine =
        new FakeEngine(
            folder.resolve("docker"),
            folder.resolve("upper"),
            conf,
            processes,
            program,
            new Crash(-1),
            world);
    this.criu = new CriuOptions(conf, clock, sleeper());
    processes.boot(1);
    processes.startFresh(ID);
    Files.writeString(proc.folder().resolve("self/status"), "Uid:\t0\t0\t0\t0\n");
    this.source =
        new SourceControl(
            engine,
            proc,
            new ProcessIdentity(proc, processes),
            new CgroupFreezer(proc, processes.cgroups()),
            this::run,
            waiting());
  }

  /** Time is played; somebody may do something meanwhile. */
  private Sleeper sleeper() {
    return time -> {
      clock.sleep(time);
      List.copyOf(whileItSleeps).forEach(Runnable::run);
    };
  }

  Waiting waiting() {
    return new Waiting(clock, sleeper(), Threads.SYSTEM);
  }

  /** Is done at every sleep. */
  void whileItSleeps(Runnable work) {
    whileItSleeps.add(work);
  }

  /** The commands that were run. */
  List<List<String>> ran() {
    return ran;
  }

  /** What is killed is gone at once. */
  private CommandRunner.Result run(List<String> command, Duration atMost) throws IOException {
    ran.add(command);
    if (command.getFirst().equals("kill")) {
      for (String pid : command.subList(2, command.size())) {
        switch (command.get(1)) {
          case "-KILL" -> gone(Long.parseLong(pid));
          case "-STOP" -> pending(pid, "ShdPnd:\t0000000000040000\n");
          case "-CONT" -> pending(pid, "");
          default -> throw new AssertionError(command);
        }
      }
    }
    StringBuilder said = new StringBuilder();
    if (command.getFirst().equals("stat")) {
      for (String path : command.subList(3, command.size())) {
        said.append("1:%d %d\n".formatted(path.hashCode(), sizes.get(path) / 512));
      }
    }
    return new CommandRunner.Result(0, said.toString().getBytes(StandardCharsets.UTF_8), "");
  }

  private void pending(String pid, String line) throws IOException {
    Path status = proc.folder().resolve(pid).resolve("status");
    String others = Files.readString(status).replaceFirst("ShdPnd:.*\n", "");
    Files.writeString(status, others + line);
  }

  /** Its program holds a file that was deleted. */
  void holdsDeleted(String name, long bytes) throws IOException {
    Path folder = proc.folder().resolve(Long.toString(program.pid().orElseThrow())).resolve("fd");
    Path descriptor = folder.resolve(Integer.toString(10 + sizes.size()));
    Files.createSymbolicLink(descriptor, Path.of(name));
    sizes.put(descriptor.toString(), bytes);
  }

  /** Another process of root's. */
  void appear(long pid, long parent, String cgroup, String arguments) throws IOException {
    Path process = Files.createDirectories(proc.folder().resolve(Long.toString(pid)));
    Files.writeString(process.resolve("cmdline"), arguments);
    Files.writeString(process.resolve("cgroup"), "2:freezer:" + cgroup + "\n");
    Files.writeString(
        process.resolve("stat"),
        "%d (a program) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0"
            .formatted(pid, parent, pid));
    Files.writeString(process.resolve("status"), "Uid:\t0\t0\t0\t0\n");
    Files.createDirectories(process.resolve("ns"));
    Files.createSymbolicLink(process.resolve("ns/pid"), Path.of("pid:[1]"));
  }

  /** Ends it. */
  void gone(long pid) throws IOException {
    Path process = proc.folder().resolve(Long.toString(pid));
    if (Files.exists(process)) {
      try (var files = Files.walk(process)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  CheckpointFolder checkpointFolder() throws IOException {
    return CheckpointFolder.of(
        engine, ID, CHECKPOINT, Files.createDirectories(folder.resolve("work")));
  }

  Dumper.Ready ready(DockerEngine asked, Duration patience)
      throws IOException, InterruptedException {
    HostFacts facts =
        new HostFacts("here", Isa.X86_64, 4096, List.of(), Optional.of(new CriuVersion(4, 2, 1)));
    return new Dumper(
            asked, criu, proc, new InotifyWatches(proc, this::run), facts, source, waiting())
        .ready(ID, CHECKPOINT, checkpointFolder(), folder.resolve("dump.log"), Tcp.CLOSE, patience);
  }

  /** What CRIU is told. */
  List<String> options() throws IOException {
    return Files.readAllLines(folder.resolve("criu/runc.conf"));
  }

  SourceRestore restore(DockerEngine asked) {
    return new SourceRestore(
        asked,
        new CheckpointStart(asked, criu, this::run, proc.folder(), pause -> {}),
        new SharedMemory(this::run),
        proc,
        new ProcessIdentity(proc, processes));
  }

  SourceRestore.Dump dump() throws IOException {
    return new SourceRestore.Dump(
        CHECKPOINT, checkpointFolder(), restoreLog(), Tcp.CLOSE, folder.resolve("held"));
  }

  Path restoreLog() {
    return folder.resolve("restore.log");
  }

  /** What the Engine does instead. */
  @FunctionalInterface
  interface Act {
    void run() throws IOException;
  }

  static void never() {
    throw new AssertionError("nobody wants it");
  }

  /** The Engine, of which one call does this. */
  DockerEngine engineBut(String call, Act act) {
    return (DockerEngine)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DockerEngine.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals(call)) {
                act.run();
                return null;
              }
              try {
                return method.invoke(engine, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
