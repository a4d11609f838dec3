package io.godwit.simulation;

import io.godwit.checkpointer.source.Auxv;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcessMemory;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** A machine's /proc, with the processes of containers in it, and what is in their memory. */
final class ProcFolder implements ProcessMemory {
  private static final long RANDOM = 0x7ffc12345678L;

  private final Path folder;
  private final Scheduler scheduler;
  private final Scheduler.Signal ended;
  private final Map<Long, Long> identities = new HashMap<>();
  private final Set<Long> commands = new TreeSet<>();
  private long nextPid = 1000;

  ProcFolder(Path folder, Scheduler scheduler) throws IOException {
    this.folder = folder;
    this.scheduler = scheduler;
    this.ended = scheduler.signal();
    Files.createDirectories(folder.resolve("1"));
    Files.writeString(folder.resolve("1/oom_score_adj"), "0\n");
    Files.createDirectories(folder.resolve("self/ns"));
    Files.createSymbolicLink(folder.resolve("self/ns/net"), Path.of("net:[1]"));
    Files.createSymbolicLink(folder.resolve("self/ns/pid"), Path.of("pid:[1]"));
    Files.writeString(folder.resolve("self/status"), "Name:\tjava\nUid:\t0\t0\t0\t0\n");
    Files.createDirectories(folder.resolve("sys/kernel/random"));
  }

  /** The machine is started. */
  void boot(int number, long epochMs) throws IOException {
    Files.writeString(
        folder.resolve("sys/kernel/random/boot_id"),
        "%08d-0000-4000-8000-000000000000\n".formatted(number));
    Files.writeString(folder.resolve("stat"), "btime %d\n".formatted(epochMs / 1000));
  }

  Path folder() {
    return folder;
  }

  /** A process of a container; says which. */
  long appear(String containerId, Path executable, long identity) {
    long pid = nextPid++;
    identities.put(pid, identity);
    try {
      write(pid, containerId, executable, identity);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pid;
  }

  private void write(long pid, String containerId, Path executable, long identity)
      throws IOException {
    Path process = Files.createDirectories(folder.resolve(Long.toString(pid)));
    Files.writeString(process.resolve("stat"), CriuImages.stat(pid, 1, identity, pid * 7));
    Files.writeString(process.resolve("cgroup"), "1:freezer,memory:/docker/" + containerId + "\n");
    Files.writeString(process.resolve("cmdline"), "/program\0");
    Files.writeString(
        process.resolve("status"), "PPid:\t1\nVmRSS:\t    1024 kB\nNSpid:\t" + pid + "\t1\n");
    Files.writeString(process.resolve("mountinfo"), "30 20 0:5 / / rw - overlay overlay rw\n");
    Files.writeString(
        process.resolve("maps"), "7ffc00000000-7ffc20000000 rw-p 00000000 00:00 0 [stack]\n");
    ByteBuffer auxv = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
    auxv.putLong(Auxv.AT_RANDOM).putLong(RANDOM);
    Files.write(process.resolve("auxv"), auxv.array());
    Files.createSymbolicLink(process.resolve("exe"), executable);
    Files.createSymbolicLink(process.resolve("root"), Path.of("/"));
    Files.createFile(process.resolve("smaps"));
    Files.createDirectory(process.resolve("fd"));
    Files.writeString(process.resolve("oom_score_adj"), "0\n");
    Files.createDirectory(process.resolve("ns"));
    Files.createSymbolicLink(process.resolve("ns/net"), Path.of("net:[1]"));
    Files.createSymbolicLink(process.resolve("ns/pid"), Path.of("pid:[" + pid + "]"));
  }

  /** A command that the Engine, or another command, runs. */
  long command(long parent, String... words) {
    long pid = nextPid++;
    commands.add(pid);
    try {
      Path process = Files.createDirectories(folder.resolve(Long.toString(pid)));
      Files.writeString(process.resolve("cmdline"), String.join("\0", words) + "\0");
      Files.writeString(process.resolve("stat"), CriuImages.stat(pid, parent, 0, pid * 7));
      Files.writeString(process.resolve("cgroup"), "1:freezer,memory:/\n");
      Files.writeString(
          process.resolve("status"),
          "PPid:\t%d\nUid:\t0\t0\t0\t0\nNSpid:\t%d\n".formatted(parent, pid));
      Files.createDirectory(process.resolve("ns"));
      Files.createSymbolicLink(process.resolve("ns/pid"), Path.of("pid:[1]"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pid;
  }

  /** Whether a command goes on. */
  boolean goesOn(long command) {
    return commands.contains(command);
  }

  /** SIGKILL: the commands that are meant end. */
  void kill(List<Long> pids) {
    for (long pid : pids) {
      if (commands.contains(pid)) {
        vanish(pid);
      }
    }
    ended.raise();
  }

  /** Waits for the time, or until a command was killed that is meant. */
  void await(BooleanSupplier killed, long ms) {
    try {
      scheduler.await(ended, killed, Duration.ofMillis(ms));
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts an Engine", e);
    }
  }

  /** The commands of an Engine that has ended end with it. */
  void endCommands() {
    List.copyOf(commands).forEach(this::vanish);
  }

  /** A process is gone. */
  void vanish(long pid) {
    identities.remove(pid);
    commands.remove(pid);
    try {
      DurableFiles.deleteFolder(folder.resolve(Long.toString(pid)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long readLong(HostProcess process, long address) throws IOException {
    Long identity = identities.get(process.pid());
    if (identity == null) {
      throw new IOException("No such process");
    }
    return address == RANDOM ? identity : 0;
  }

  @Override
  public void writeLong(HostProcess process, long address, long value) throws IOException {
    readLong(process, address);
  }

  @Override
  public void continueProcess(HostProcess process) throws IOException {
    readLong(process, RANDOM);
  }
}
