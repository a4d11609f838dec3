package io.godwit.checkpointer.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kernel is asked, as by CRIU. */
final class CorkedSocketTest {
  private static final int TCP = 6;
  private static final int CORK = 3;
  private static final MethodHandle SET = handle("setsockopt", ValueLayout.JAVA_INT);
  private static final MethodHandle GET = handle("getsockopt", ValueLayout.ADDRESS);

  private final ProcFs processes = new ProcFs(Path.of("/proc"));
  private final long pid = ProcessHandle.current().pid();

  @Test
  void socketSendsAtOnceAfterwards() throws Throwable {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ServerSocketChannel server = ServerSocketChannel.open().bind(any)) {
      List<String> before = descriptors();
      try (SocketChannel socket = SocketChannel.open(server.getLocalAddress());
          Arena arena = Arena.ofConfined()) {
        int descriptor = number(before);
        MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        assertEquals(0, (int) SET.invokeExact(descriptor, TCP, CORK, on, Integer.BYTES));
        assertEquals(1, corked(descriptor));
        CorkedSocket.release(pid, descriptor);
        assertEquals(0, corked(descriptor));
      }
    }
  }

  @Test
  void whatIsNoSocketOrNoDescriptorIsAnError() {
    assertThrows(IOException.class, () -> CorkedSocket.release(pid, -1));
    assertThrows(IOException.class, () -> CorkedSocket.release(-1, 0));
  }

  private List<String> descriptors() throws IOException {
    return processes.descriptors(self());
  }

  /** The descriptor of the one socket that is new. */
  private int number(List<String> before) throws IOException {
    String socket =
        descriptors().stream()
            .filter(target -> target.startsWith("socket:") && !before.contains(target))
            .findFirst()
            .orElseThrow();
    return processes.descriptorOf(self(), socket).orElseThrow();
  }

  private HostProcess self() throws IOException {
    return processes.find(pid).orElseThrow();
  }

  private static int corked(int descriptor) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, -1);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      assertEquals(0, (int) GET.invokeExact(descriptor, TCP, CORK, value, length));
      return value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static MethodHandle handle(String name, MemoryLayout last) {
    return CorkedSocket.handle(
        name,
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            last));
  }
}
