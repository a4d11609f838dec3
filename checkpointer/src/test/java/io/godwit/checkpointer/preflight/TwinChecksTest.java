package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.ElfPrograms;
import io.godwit.checkpointer.testing.ElfWriter;
import io.godwit.isa.Isa;
import io.godwit.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TwinChecksTest {
  private static final Map<String, Long> CONTRACT =
      Map.of(ElfPrograms.VARIABLE, 0x1000L, ElfPrograms.REGISTERS, 0x1010L);

  @TempDir private Path folder;

  @Test
  void twinsWithEqualLayoutPass() throws IOException {
    assertTrue(compare(elf(Isa.X86_64, 2, CONTRACT), elf(Isa.AARCH64, 2, CONTRACT)).isEmpty());
  }

  @Test
  void firstDifferingVariablesAreNamedAndTheRestCounted() throws IOException {
    Map<String, Long> here = new TreeMap<>(CONTRACT);
    Map<String, Long> there = new TreeMap<>(CONTRACT);
    for (int i = 0; i < 7; i++) {
      here.put("data" + i, 0x2000L + i);
      there.put("data" + i, 0x3000L + i);
    }
    here.put("only_here", 1L);
    List<String> reasons = compare(elf(Isa.X86_64, 2, here), elf(Isa.AARCH64, 2, there));
    assertOne("7 variables at different addresses: data0 (0x2000 and 0x3000), data1", reasons);
    assertTrue(reasons.getFirst().contains("data4 (0x2004 and 0x3004) and others"));
  }

  @Test
  void twinForTheWrongIsaIsRefused() throws IOException {
    assertOne(
        "/app_aarch64 is an executable for machine 62, not for aarch64",
        compare(elf(Isa.X86_64, 2, CONTRACT), elf(Isa.X86_64, 2, CONTRACT)));
  }

  @Test
  void positionIndependentProgramIsRefused() throws IOException {
    assertOne(
        "/app is position-independent",
        compare(elf(Isa.X86_64, 3, CONTRACT), elf(Isa.AARCH64, 2, CONTRACT)));
  }

  @Test
  void bothMustKeepTheContract() throws IOException {
    List<String> reasons =
        compare(elf(Isa.X86_64, 2, Map.of()), elf(Isa.AARCH64, 2, Map.of("regs_dst", 1L)));
    assertEquals(3, reasons.size(), reasons::toString);
    assertTrue(reasons.get(0).contains("/app has no symbol __migrate_gb_variable"));
    assertTrue(reasons.get(1).contains("/app has no symbol regs_dst"));
    assertTrue(reasons.get(2).contains("/app_aarch64 has no symbol __migrate_gb_variable"));
  }

  @Test
  void fileThatIsNoExecutableIsRefusedWithWhatItIs() throws IOException {
    assertOne(
        "/app_aarch64 is not an executable that can be read",
        compare(elf(Isa.X86_64, 2, CONTRACT), "#!/bin/sh\n".getBytes()));
  }

  private List<String> compare(byte[] source, byte[] target) throws IOException {
    List<Refusal> refusals = new ArrayList<>();
    TwinChecks.compare(
        "/app",
        Files.write(folder.resolve("source"), source),
        Isa.X86_64,
        "/app_aarch64",
        Files.write(folder.resolve("target"), target),
        Isa.AARCH64,
        refusals);
    return refusals.stream().map(Refusal::words).toList();
  }

  private static byte[] elf(Isa isa, int type, Map<String, Long> symbols) {
    return ElfWriter.write(isa.elfMachine(), type, symbols);
  }

  private static void assertOne(String part, List<String> reasons) {
    assertEquals(1, reasons.size(), reasons::toString);
    assertTrue(reasons.getFirst().contains(part), reasons.getFirst());
  }
}
