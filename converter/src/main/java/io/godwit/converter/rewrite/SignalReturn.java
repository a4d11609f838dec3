package io.godwit.converter.rewrite;

import com.google.protobuf.ByteString;
import io.godwit.converter.graft.Executable;
import io.godwit.elf.ProgramHeader;
import io.godwit.elf.Symbol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Finds the code in an x86_64 executable by which signal handlers return: system call 15
 * (rt_sigreturn). Libraries call it {@code __restore_rt}; where the symbol is missing, the
 * instructions are looked for by which debuggers know such frames.
 */
final class SignalReturn {
  private static final List<String> SYMBOLS = List.of("__restore_rt", "__restore");

  private static final List<ByteString> INSTRUCTIONS =
      List.of(
          // mov $15, %rax; syscall
          bytes(0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05),
          // mov $15, %eax; syscall
          bytes(0xb8, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05));

  /** Code beyond this is not searched: such a program has symbols or is no program of ours. */
  private static final long MAX_CODE_BYTES = 64 << 20;

  private SignalReturn() {}

  /** Its address in the twin's ELF file. */
  static Optional<Long> find(Executable executable) throws IOException {
    for (String name : SYMBOLS) {
      Optional<Symbol> symbol = executable.twin().symbol(name);
      if (symbol.isPresent()) {
        return Optional.of(symbol.get().address());
      }
    }
    for (ProgramHeader load : executable.twin().loads()) {
      if (load.isExecutable() && load.fileSize() > 0 && load.fileSize() <= MAX_CODE_BYTES) {
        byte[] code = executable.twinBytes().read(load.offset(), (int) load.fileSize());
        for (ByteString pattern : INSTRUCTIONS) {
          int at = indexOf(code, pattern);
          if (at >= 0) {
            return Optional.of(load.address() + at);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static int indexOf(byte[] code, ByteString pattern) {
    for (int at = 0; at <= code.length - pattern.size(); at++) {
      int same = 0;
      while (same < pattern.size() && code[at + same] == pattern.byteAt(same)) {
        same++;
      }
      if (same == pattern.size()) {
        return at;
      }
    }
    return -1;
  }

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }
}
