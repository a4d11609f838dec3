package io.godwit.docker;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/** xattr(7) of the trusted and system namespaces, which Java's own view does not reach. */
final class ExtendedAttributes {
  private static final MethodHandle SET =
      handle("lsetxattr", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle GET = handle("lgetxattr", ValueLayout.JAVA_LONG);

  private ExtendedAttributes() {}

  static void set(Path path, String name, String value) {
    set(path, name, value.getBytes(StandardCharsets.UTF_8));
  }

  static void set(Path path, String name, byte[] value) {
    try (Arena arena = Arena.ofConfined()) {
      int result =
          (int)
              SET.invokeExact(
                  arena.allocateFrom(path.toString()),
                  arena.allocateFrom(name),
                  arena.allocateFrom(ValueLayout.JAVA_BYTE, value),
                  (long) value.length,
                  0);
      if (result != 0) {
        throw new IllegalStateException("cannot set " + name + " on " + path);
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static Optional<String> get(Path path, String name) {
    return bytes(path, name).map(value -> new String(value, StandardCharsets.UTF_8));
  }

  static Optional<String> hex(Path path, String name) {
    return bytes(path, name).map(value -> HexFormat.of().formatHex(value));
  }

  private static Optional<byte[]> bytes(Path path, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(256);
      long length =
          (long)
              GET.invokeExact(
                  arena.allocateFrom(path.toString()), arena.allocateFrom(name), value, 256L);
      return length < 0
          ? Optional.empty()
          : Optional.of(value.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static MethodHandle handle(
      String name, java.lang.foreign.MemoryLayout result, java.lang.foreign.MemoryLayout... last) {
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(
                result,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG)
            .appendArgumentLayouts(last);
    return Linker.nativeLinker()
        .downcallHandle(Linker.nativeLinker().defaultLookup().find(name).orElseThrow(), descriptor);
  }
}
