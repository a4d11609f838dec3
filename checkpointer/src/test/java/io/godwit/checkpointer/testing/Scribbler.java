package io.godwit.checkpointer.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A real process with memory of its own, which it tells, and does with it what it is told. */
public final class Scribbler implements AutoCloseable {
  /** The id of the container that it seems to be in. */
  public static final String CONTAINER = "0123456789abcdef".repeat(4);

  /** Of a page, in bytes. */
  public static final int PAGE = 4096;

  /** How many it has; number n is filled with 1 + n % 250. */
  public static final int PAGES = 512;

  private static final String PROGRAM =
      """
      import ctypes, sys
      libc = ctypes.CDLL(None)
      libc.mmap.restype = ctypes.c_void_p
      libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
      libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
      size = %d
      at = libc.mmap(None, size, 3, 0x22, -1, 0)
      for offset in range(0, size, 4096):
          ctypes.memset(at + offset, 1 + offset // 4096 %% 250, 4096)
      print(at, flush=True)
      for line in sys.stdin:
          order, number = line.split()
          if order == 'write':
              ctypes.memset(at + 40 * 4096, 255, int(number) * 4096)
          elif order == 'turn':
              for offset in range(0, int(number) * 4096, 4096):
                  ctypes.c_byte.from_address(at + offset).value += 1
          elif order == 'map':
              more = libc.mmap(None, int(number) * 4096, 3, 0x22, -1, 0)
              ctypes.memset(more, 7, int(number) * 4096)
          elif order == 'unmap':
              libc.munmap(at + size - int(number) * 4096, int(number) * 4096)
          print('done', flush=True)
      """
          .formatted(PAGES * PAGE);

  private final Process process;
  private final Writer orders;
  private final BufferedReader answers;
  private final Path proc;
  private final long address;

  /**
   * @param proc made; shows this process alone
   */
  public Scribbler(Path proc) throws IOException {
    this.process = new ProcessBuilder("python3", "-c", PROGRAM).start();
    this.orders = process.outputWriter();
    this.answers = process.inputReader();
    this.proc = Files.createDirectory(proc);
    this.address = Long.parseLong(Optional.ofNullable(answers.readLine()).orElseThrow());
    Path shown = Files.createDirectory(proc.resolve(Long.toString(process.pid())));
    Path real = Path.of("/proc").resolve(Long.toString(process.pid()));
    for (String name : List.of("stat", "status", "smaps", "pagemap", "mem")) {
      Files.createSymbolicLink(shown.resolve(name), real.resolve(name));
    }
    Files.writeString(shown.resolve("cgroup"), "0::/docker/" + CONTAINER + "\n");
  }

  /** As {@code /proc}. */
  public Path proc() {
    return proc;
  }

  public long pid() {
    return process.pid();
  }

  /** Of its first page. */
  public long address() {
    return address;
  }

  /**
   * Gives an order and waits until it is done.
   *
   * @param what {@code write} (from the 40th page on), {@code turn} (from the first on), {@code
   *     map} (other ones) or {@code unmap} (the last ones)
   */
  public void order(String what, int pages) throws IOException {
    orders.write("%s %d%n".formatted(what, pages));
    orders.flush();
    if (!"done".equals(answers.readLine())) {
      throw new IOException("it has ended");
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
