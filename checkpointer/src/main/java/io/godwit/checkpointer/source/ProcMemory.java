package io.godwit.checkpointer.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Memory through {@code /proc/PID/mem} (proc_pid_mem(5)), which needs no ptrace stop; root may
 * write any private page. The memory file is tied to the process's address space when it is opened,
 * so the start time is compared after opening: it cannot change hands from then on.
 */
public final class ProcMemory implements ProcessMemory {
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

  private final Path proc;
  private final ProcFs processes;

  public ProcMemory(Path proc) {
    this.proc = proc;
    this.processes = new ProcFs(proc);
  }

  @Override
  public long readLong(HostProcess process, long address) throws IOException {
    try (FileChannel memory = open(process, StandardOpenOption.READ)) {
      ByteBuffer bytes = word();
      while (bytes.hasRemaining()) {
        if (memory.read(bytes, address + bytes.position()) < 0) {
          throw new IOException(at(process, address) + " cannot be read: the process has ended");
        }
      }
      return bytes.getLong(0);
    }
  }

  @Override
  public void writeLong(HostProcess process, long address, long value) throws IOException {
    try (FileChannel memory = open(process, StandardOpenOption.WRITE)) {
      // One write: the kernel copies an aligned word at once, so the program never sees half of it.
      ByteBuffer bytes = word().putLong(0, value);
      if (memory.write(bytes, address) != Long.BYTES) {
        throw new IOException(at(process, address) + " cannot be written: the process has ended");
      }
    }
  }

  @Override
  public void continueProcess(HostProcess process) throws IOException {
    require(process);
    // Java has no way to send other signals than TERM and KILL. Only a number reaches the shell.
    Process kill =
        new ProcessBuilder("/bin/sh", "-c", "kill -CONT \"$0\"", Long.toString(process.pid()))
            .redirectErrorStream(true)
            .start();
    try {
      if (!kill.waitFor(KILL_PATIENCE.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IOException("SIGCONT cannot be sent to process " + process.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while sending SIGCONT to process " + process.pid(), e);
    } finally {
      kill.destroyForcibly();
    }
  }

  private FileChannel open(HostProcess process, StandardOpenOption how) throws IOException {
    FileChannel memory =
        FileChannel.open(proc.resolve(Long.toString(process.pid())).resolve("mem"), how);
    try {
      require(process);
      return memory;
    } catch (IOException e) {
      memory.close();
      throw e;
    }
  }

  private void require(HostProcess process) throws IOException {
    if (processes.find(process.pid()).filter(process::equals).isEmpty()) {
      throw new IOException("process " + process.pid() + " has ended");
    }
  }

  private static ByteBuffer word() {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
  }

  private static String at(HostProcess process, long address) {
    return "memory of process %d at 0x%x".formatted(process.pid(), address);
  }
}
