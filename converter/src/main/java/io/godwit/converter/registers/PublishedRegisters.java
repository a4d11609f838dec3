package io.godwit.converter.registers;

import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.Hex;
import io.godwit.converter.graft.LoadBias;
import io.godwit.converter.graft.Process;
import io.godwit.converter.graft.Refused;
import io.godwit.converter.graft.SourceMemory;
import io.godwit.elf.ProgramHeader;
import io.godwit.elf.Symbol;
import io.godwit.isa.Isa;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Registers that the program itself published at its migration point, as programs built by the
 * Popcorn compiler for h-container do: {@code regs_dst} in the program's memory begins with a magic
 * and holds the registers for the destination, {@code tls_dst} its thread pointer.
 *
 * <p>Layout, all little-endian. aarch64: u64 magic, sp, pc, x0–x30, then v0–v31 of 16 bytes.
 * x86_64: u64 magic, rip, rax rdx rcx rbx rsi rdi rbp rsp r8–r15, eight u64 for mmx, then
 * xmm0–xmm15 of 16 bytes, then x87 and segment registers, which a program at a call has no use for.
 *
 * <p>What is published is one set for the process, so a process of several threads cannot go this
 * way. And the program must have stopped right there: it has set {@code __migrate_gb_variable} back
 * to −1 and parked, else its memory is newer than its registers.
 */
public final class PublishedRegisters implements RegisterSource {
  private static final String REGISTERS = "regs_dst";
  private static final String THREAD_POINTER = "tls_dst";
  private static final String WISH = "__migrate_gb_variable";
  private static final long IDLE = -1;

  private static final long MAGIC_AARCH64 = 0xAABCBDEADBEAFL;
  private static final long MAGIC_X86_64 = 0xA8664DEADBEAFL;
  private static final int BYTES_AARCH64 = 784;
  private static final int BYTES_X86_64 = 464;
  private static final int MMX_REGISTERS = 8;

  @Override
  public String description() {
    return "published by the program in " + REGISTERS;
  }

  @Override
  public ThreadRegisters registers(Process process, long thread, Isa target)
      throws IOException, RefusedException {
    if (process.threads().size() != 1) {
      throw Refused.because(
          RefusalKind.MIGRATION_POINT,
          "%s has %d threads, and a program publishes the registers of one"
              .formatted(process, process.threads().size()));
    }
    Executable executable = process.requireExecutable();
    long wish = number(process, executable, WISH);
    if (wish != IDLE) {
      throw Refused.because(
          RefusalKind.MIGRATION_POINT,
          "%s is not parked at its migration point: %s is %d, not -1"
              .formatted(process, WISH, wish));
    }
    long threadPointer = threadPointer(process, executable);
    return switch (target) {
      case AARCH64 -> aarch64(read(process, executable, BYTES_AARCH64), process, threadPointer);
      case X86_64 -> x8664(read(process, executable, BYTES_X86_64), process, threadPointer);
    };
  }

  private static ThreadRegisters aarch64(ByteBuffer bytes, Process process, long threadPointer)
      throws RefusedException {
    checkMagic(process, bytes.getLong(), MAGIC_AARCH64, Isa.AARCH64);
    long sp = bytes.getLong();
    long pc = bytes.getLong();
    List<Long> general = longs(bytes, ThreadRegisters.Aarch64.GENERAL);
    List<Long> vector = longs(bytes, ThreadRegisters.Aarch64.VECTOR_HALVES);
    return new ThreadRegisters.Aarch64(pc, sp, general, vector, threadPointer);
  }

  private static ThreadRegisters x8664(ByteBuffer bytes, Process process, long threadPointer)
      throws RefusedException {
    checkMagic(process, bytes.getLong(), MAGIC_X86_64, Isa.X86_64);
    long rip = bytes.getLong();
    List<Long> general = longs(bytes, ThreadRegisters.X8664.GENERAL);
    longs(bytes, MMX_REGISTERS);
    List<Long> vector = longs(bytes, ThreadRegisters.X8664.VECTOR_HALVES);
    return new ThreadRegisters.X8664(rip, general, vector, threadPointer);
  }

  private static void checkMagic(Process process, long found, long expected, Isa target)
      throws RefusedException {
    if (found != expected) {
      throw Refused.because(
          RefusalKind.MIGRATION_POINT,
          "%s has not published registers for %s: %s begins with %s, not %s"
              .formatted(process, target.kernelName(), REGISTERS, Hex.of(found), Hex.of(expected)));
    }
  }

  private static ByteBuffer read(Process process, Executable executable, int length)
      throws IOException, RefusedException {
    long address = address(process, executable, REGISTERS);
    Optional<byte[]> bytes = process.memory().read(address, length);
    return ByteBuffer.wrap(bytes.orElseThrow(() -> unreadable(process, REGISTERS)))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long threadPointer(Process process, Executable executable)
      throws IOException, RefusedException {
    boolean threadLocal =
        executable.twin().programHeaders().stream()
            .anyMatch(header -> header.type() == ProgramHeader.TLS);
    // A program without thread-local storage need not say where it is.
    return threadLocal || executable.source().symbol(THREAD_POINTER).isPresent()
        ? number(process, executable, THREAD_POINTER)
        : 0;
  }

  private static long number(Process process, Executable executable, String symbol)
      throws IOException, RefusedException {
    SourceMemory memory = process.memory();
    return memory
        .readLong(address(process, executable, symbol))
        .orElseThrow(() -> unreadable(process, symbol));
  }

  private static RefusedException unreadable(Process process, String symbol) {
    return Refused.because(
        RefusalKind.MIGRATION_POINT,
        "the memory of %s is not in the checkpoint where %s stands".formatted(process, symbol));
  }

  private static long address(Process process, Executable executable, String name)
      throws RefusedException {
    Symbol symbol =
        executable
            .source()
            .symbol(name)
            .orElseThrow(() ->
                Refused.because(
                    RefusalKind.MIGRATION_POINT,
                    "%s has no symbol %s, so it does not keep the contract by which programs"
                            .formatted(executable.path(), name)
                        + " move between instruction sets"));
    return symbol.address() + LoadBias.of(process, executable);
  }

  private static List<Long> longs(ByteBuffer bytes, int count) {
    List<Long> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(bytes.getLong());
    }
    return values;
  }
}
