package io.godwit.checkpointer.testing;

import io.godwit.checkpointer.source.Auxv;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcessMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one program of a container, and a {@code /proc} that shows it: parks when it is asked, goes
 * on when it is told, as the contract has it.
 */
public final class FakeProcesses implements ProcessMemory {
  public static final long VARIABLE = 0x404000;
  public static final long REGISTERS = 0x404010;
  private static final long MAGIC = 0xAABCBDEADBEAFL;
  private static final long RANDOM = 0x7ffc12345678L;

  private final Path proc;
  private final Path executable;
  private final Crash crash;
  private final World world;

  /** What survives the service: it is the machine's. */
  public static final class World {
    private Optional<Long> pid = Optional.empty();
    private Map<Long, Long> memory = new HashMap<>();
    private long nextPid = 1000;
    private long nextRandom = 1;
    private boolean deaf;

    /** Whether the program never comes to its migration point. */
    public void setDeaf(boolean deaf) {
      this.deaf = deaf;
    }

    /** Its pid while it lives. */
    public Optional<Long> pid() {
      return pid;
    }

    /** Whether it stands at its migration point, or is asked to go there. */
    public boolean isDisturbed() {
      return memory.getOrDefault(VARIABLE, 0L) != -1 || memory.getOrDefault(REGISTERS, 0L) != 0;
    }

    /** What a fresh start would have otherwise. */
    public long random() {
      return memory.getOrDefault(RANDOM, 0L);
    }
  }

  public FakeProcesses(Path proc, Path executable, Crash crash, World world) {
    this.proc = proc;
    this.executable = executable;
    this.crash = crash;
    this.world = world;
  }

  /** Starts the program from its beginning. */
  public void startFresh(String containerId) throws IOException {
    Map<Long, Long> memory = new HashMap<>();
    memory.put(VARIABLE, -1L);
    memory.put(REGISTERS, 0L);
    memory.put(RANDOM, world.nextRandom++);
    memory.put(RANDOM + 8, 0L);
    appear(containerId, memory);
  }

  /** The machine is started: this is its kernel's how-manieth run. */
  public void boot(int number) throws IOException {
    Path random = Files.createDirectories(proc.resolve("sys/kernel/random"));
    Files.writeString(random.resolve("boot_id"), "boot-%d\n".formatted(number));
  }

  /** Kills it; returns its memory. */
  public Map<Long, Long> kill() throws IOException {
    Path folder = proc.resolve(Long.toString(world.pid.orElseThrow()));
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    world.pid = Optional.empty();
    return world.memory;
  }

  /** What it has in its memory. */
  public Map<Long, Long> memory() {
    return new HashMap<>(world.memory);
  }

  /** Where cgroups are mounted. */
  public Path cgroups() {
    return proc.resolveSibling("cgroup");
  }

  private Path cgroup(String containerId) {
    return cgroups().resolve("freezer").resolve("docker").resolve(containerId);
  }

  /** What the kernel's freezer is told. */
  public void freezer(String state) throws IOException {
    Files.writeString(cgroup(FakeEngine.ID).resolve("freezer.state"), state);
  }

  /** Whether it executes nothing. */
  public boolean isFrozen() throws IOException {
    return Files.readString(cgroup(FakeEngine.ID).resolve("freezer.state"))
        .strip()
        .equals("FROZEN");
  }

  /** A process with this memory. */
  public void appear(String containerId, Map<Long, Long> memory) throws IOException {
    long pid = world.nextPid++;
    world.memory = new HashMap<>(memory);
    world.pid = Optional.of(pid);
    Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
    String fields = "S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " + pid * 7 + " 0 0";
    Files.writeString(folder.resolve("stat"), "%d (a program) %s".formatted(pid, fields));
    Files.writeString(
        folder.resolve("cgroup"),
        "1:memory:/docker/%1$s\n2:freezer:/docker/%1$s\n".formatted(containerId));
    Files.createDirectories(cgroup(containerId));
    Files.writeString(cgroup(containerId).resolve("freezer.state"), "THAWED\n");
    Files.writeString(folder.resolve("cmdline"), "/program\0");
    Files.writeString(folder.resolve("status"), "PPid:\t1\nVmRSS:\t    1024 kB\n");
    Files.writeString(folder.resolve("mountinfo"), "30 20 0:5 / / rw - overlay overlay rw\n");
    Files.writeString(
        folder.resolve("maps"), "7ffc00000000-7ffc20000000 rw-p 00000000 00:00 0 [stack]\n");
    ByteBuffer auxv = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
    auxv.putLong(Auxv.AT_RANDOM).putLong(RANDOM);
    Files.write(folder.resolve("auxv"), auxv.array());
    Files.createSymbolicLink(folder.resolve("exe"), executable);
    Files.createSymbolicLink(folder.resolve("root"), Path.of("/"));
    Files.createFile(folder.resolve("smaps"));
    Files.createDirectory(folder.resolve("fd"));
    Files.writeString(folder.resolve("oom_score_adj"), "0\n");
    namespaces(folder);
    parent();
  }

  private static void namespaces(Path process) throws IOException {
    Files.createDirectories(process.resolve("ns"));
    for (String type : List.of("net", "pid")) {
      Path namespace = process.resolve("ns").resolve(type);
      if (!Files.isSymbolicLink(namespace)) {
        Files.createSymbolicLink(namespace, Path.of(type + ":[1]"));
      }
    }
  }

  /** Of the container's process, and who asks: all in one network. */
  private void parent() throws IOException {
    namespaces(proc.resolve("self"));
    Files.createDirectories(proc.resolve("1"));
    Files.writeString(proc.resolve("1/oom_score_adj"), "0\n");
  }

  @Override
  public long readLong(HostProcess process, long address) throws IOException {
    require(process);
    if (isFrozen()) {
      return world.memory.get(address);
    }
    if (world.memory.get(VARIABLE) == 0 && !world.deaf) {
      world.memory.put(REGISTERS, MAGIC);
      world.memory.put(VARIABLE, -1L);
    } else if (world.memory.get(VARIABLE) == -2) {
      world.memory.put(REGISTERS, 0L);
      world.memory.put(VARIABLE, -1L);
    }
    return world.memory.get(address);
  }

  @Override
  public void writeLong(HostProcess process, long address, long value) throws IOException {
    require(process);
    crash.around(
        "writing %d".formatted(value), () -> Optional.ofNullable(world.memory.put(address, value)));
  }

  @Override
  public void continueProcess(HostProcess process) throws IOException {
    require(process);
  }

  private void require(HostProcess process) throws IOException {
    if (!world.pid.equals(Optional.of(process.pid()))) {
      throw new IOException("No such process");
    }
  }
}
