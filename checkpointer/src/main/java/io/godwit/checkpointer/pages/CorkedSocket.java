package io.godwit.checkpointer.pages;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A TCP socket of another process that holds back what does not fill a segment (tcp(7), TCP_CORK).
 * CRIU corks its connection to a page server, and then waits for the answer to a last command that
 * its own socket keeps for up to 200 ms, while the container stands still.
 */
final class CorkedSocket {
  /** System calls; their numbers are one on every ISA (kernel uapi asm-generic/unistd.h). */
  private static final long PIDFD_OPEN = 434;

  private static final long PIDFD_GETFD = 438;

  /** Kernel uapi linux/in.h and linux/tcp.h. */
  private static final int IPPROTO_TCP = 6;

  private static final int TCP_CORK = 3;

  private static final MethodHandle SYSCALL =
      handle(
          "syscall",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle SETSOCKOPT =
      handle(
          "setsockopt",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private CorkedSocket() {}

  /**
   * Has the socket send at once what is written to it.
   *
   * @param pid of the process that holds it, in this process's PID namespace
   * @param descriptor by which that process knows it
   * @throws IOException when the kernel does not allow it (pidfd_getfd(2) wants the right to trace)
   */
  static void release(long pid, int descriptor) throws IOException {
    try (Descriptor process = opened("process " + pid, PIDFD_OPEN, pid, 0);
        Descriptor socket =
            opened("descriptor " + descriptor, PIDFD_GETFD, process.number, descriptor);
        Arena arena = Arena.ofConfined()) {
      MemorySegment off = arena.allocateFrom(ValueLayout.JAVA_INT, 0);
      int failed =
          (int)
              SETSOCKOPT.invokeExact(
                  socket.number, IPPROTO_TCP, TCP_CORK, off, (int) off.byteSize());
      if (failed != 0) {
        throw new IOException(
            "descriptor %d of process %d is no TCP socket".formatted(descriptor, pid));
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static Descriptor opened(String what, long call, long first, long second)
      throws Throwable {
    long number = (long) SYSCALL.invokeExact(call, first, second, 0L);
    if (number < 0) {
      throw new IOException("the kernel does not give access to " + what);
    }
    return new Descriptor((int) number);
  }

  private record Descriptor(int number) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try {
        int _ = (int) CLOSE.invokeExact(number);
      } catch (Throwable e) {
        throw new IOException(e);
      }
    }
  }

  /** A function of the C library. */
  static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type, options);
  }
}
