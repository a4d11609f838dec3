package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CpuChecksTest {
  @Test
  void instructionsThatAreLackingAreNamedInOrder() {
    assertEquals(
        List.of("avx512_vnni", "avx512f", "sha_ni", "xsavec"),
        CpuChecks.lacking(
            true,
            List.of("xsavec", "sse2", "avx512f", "avx512_vnni", "sha_ni"),
            List.of("sse2", "avx2")));
  }

  @Test
  void whatIsOnlyFastOrOnlyTheKernelsDoesNotCount() {
    assertEquals(
        List.of(),
        CpuChecks.lacking(
            true,
            List.of("erms", "fsrm", "rep_good", "smep", "x2apic", "constant_tsc"),
            List.of()));
  }

  @Test
  void everyHardwareCapabilityOfArm64Counts() {
    assertEquals(
        List.of("atomics", "sve"),
        CpuChecks.lacking(
            false,
            List.of("fp", "asimd", "evtstrm", "cpuid", "atomics", "sve"),
            List.of("fp", "asimd")));
  }

  @Test
  void registersThatCriuDoesNotCarryAreNamed() {
    List<String> vectors = List.of("fp", "asimd", "sve", "sve2", "sme");
    assertEquals(List.of("sve", "sme"), CpuChecks.uncarried(false, vectors));
    assertEquals(List.of(), CpuChecks.uncarried(false, List.of("fp", "asimd", "asimdhp")));
    assertEquals(List.of(), CpuChecks.uncarried(true, List.of("avx512f", "sme")));
  }

  @Test
  void richerTargetLacksNothing() {
    assertEquals(List.of(), CpuChecks.lacking(true, List.of("avx2"), List.of("avx2", "avx512f")));
  }
}
