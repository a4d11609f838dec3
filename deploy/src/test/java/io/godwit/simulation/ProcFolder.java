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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A machine's /proc, with the processes of containers in it, and what is in their memory. */
final class ProcFolder implements ProcessMemory {
  private static final long RANDOM = 0x7ffc12345678L;

  private final Path folder;
  private final Map<Long, Long> identities = new HashMap<>();
  private final Set<Long> commands = new TreeSet<>();
  private long nextPid = 1000;

  ProcFolder(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("1"));
    Files.writeString(folder.resolve("1/oom_score_adj"), "0\n");
    Files.createDirectories(folder.resolve("self/ns"));
    Files.createSymbolicLink(folder.resolve("self/ns/net"), Path.of("net:[1]"));
    Files.createSymbolicLink(folder.resolve("self/ns/pid"), Path.of("pid:[1]"));
    Files.writeString(folder.resolve("self/status"), "Name:\tjava\n");
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
    Files.writeString(process.resolve("stat"), CriuImages.stat(pid, identity, pid * 7));
    Files.writeString(process.resolve("cgroup"), "1:memory:/docker/" + containerId + "\n");
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

  /** A command that the Engine runs. */
  long command(String... words) {
    long pid = nextPid++;
    commands.add(pid);
    try {
      Path process = Files.createDirectories(folder.resolve(Long.toString(pid)));
      Files.writeString(process.resolve("cmdline"), String.join("\0", words) + "\0");
      Files.writeString(process.resolve("stat"), CriuImages.stat(pid, 0, pid * 7));
      Files.writeString(process.resolve("cgroup"), "1:memory:/\n");
      Files.writeString(process.resolve("status"), "PPid:\t1\nNSpid:\t" + pid + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pid;
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
