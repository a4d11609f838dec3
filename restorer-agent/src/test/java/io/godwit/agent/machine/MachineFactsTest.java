package io.godwit.agent.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.isa.Isa;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineFactsTest {
  @TempDir Path proc;
  private MachineFacts machine;

  @BeforeEach
  void begin() throws IOException {
    Files.createDirectories(proc.resolve("self"));
    machine = new MachineFacts(proc, "aarch64");
  }

  @ParameterizedTest
  @CsvSource({
    "7ffd1a2b3000-7ffd1a2d4000, 47",
    "ffffc8a2b000-ffffc8a4c000, 48",
    "7fc8a2b000-7fc8a4c000, 39",
    "7ffffffde000-800000000000, 47",
  })
  void theStacksEndTellsHowFarUserSpaceGoes(String range, int bits) throws IOException {
    Files.writeString(
        proc.resolve("self/maps"),
        """
        aaaac000-aaaad000 r-xp 00000000 08:01 1 /usr/bin/java
        %s rw-p 00000000 00:00 0                          [stack]
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]
        """
            .formatted(range));
    assertEquals(bits, machine.vaBits());
  }

  @Test
  void aMapWithoutAStackIsAnError() throws IOException {
    Files.writeString(proc.resolve("self/maps"), "");
    assertThrows(IOException.class, machine::vaBits);
  }

  @Test
  void thePageSizeIsTheAuxiliaryVectors() throws IOException {
    Files.write(proc.resolve("self/auxv"), auxv(16, 0x8fb, 6, 65536, 0, 0));
    assertEquals(65536, machine.pageSize());
    Files.write(proc.resolve("self/auxv"), auxv(16, 0x8fb));
    IOException failure = assertThrows(IOException.class, machine::pageSize);
    assertTrue(failure.getMessage().endsWith("offset 16: expected AT_PAGESZ, found the end"));
  }

  @Test
  void featuresAreThoseOfTheFirstProcessorOnEitherIsa() throws IOException {
    Files.writeString(
        proc.resolve("cpuinfo"),
        "processor\t: 0\nFeatures\t: fp asimd crc32\n\nprocessor\t: 1\nFeatures\t: fp\n");
    assertEquals(List.of("fp", "asimd", "crc32"), machine.cpuFeatures());
    Files.writeString(proc.resolve("cpuinfo"), "flags\t\t: fpu sse2 avx\n");
    assertEquals(List.of("fpu", "sse2", "avx"), machine.cpuFeatures());
    Files.writeString(proc.resolve("cpuinfo"), "processor\t: 0\n");
    assertEquals(List.of(), machine.cpuFeatures());
  }

  @Test
  void memoryIsWhatTheKernelCanGive() throws IOException {
    Files.writeString(
        proc.resolve("meminfo"), "MemTotal:  3000 kB\nMemFree:  100 kB\nMemAvailable:   2048 kB\n");
    assertEquals(2 << 20, machine.availableMemory());
    Files.writeString(proc.resolve("meminfo"), "MemTotal:  3000 kB\n");
    assertThrows(IOException.class, machine::availableMemory);
  }

  @Test
  void thisMachineSaysWhatItIs() throws IOException {
    MachineFacts here = MachineFacts.ofThisMachine();
    assertTrue(List.of(4096, 16384, 65536).contains(here.pageSize()));
    assertTrue(here.vaBits() >= 39 && here.vaBits() <= 57, Integer.toString(here.vaBits()));
    assertEquals(Isa.ofKernelName(System.getProperty("os.arch")), here.isa());
    assertTrue(here.kernel().matches("[0-9]+\\..*"));
    assertTrue(here.cpuFeatures().size() > 2);
  }

  private static byte[] auxv(long... words) {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : words) {
      bytes.putLong(word);
    }
    return bytes.array();
  }
}
