package io.godwit.checkpointer.preflight;

import java.util.List;
import java.util.Set;

/**
 * The CPU features by which programs choose their routines, once, when they start: libc by glibc's
 * ifuncs, OpenSSL, JIT compilers and others by CPUID or the auxiliary vector. A program that chose
 * one and goes on where it is lacking dies by SIGILL. The names are the kernel's, as in {@code
 * /proc/cpuinfo}; the choice of them follows what CRIU's {@code cpuinfo check} compares as
 * instructions (criu/arch/x86/cpu.c), and what newer processors have. Left out is what only tells
 * that something is fast (erms, fsrm, rep_good), and what only the kernel uses.
 */
final class CpuChecks {
  private static final Set<String> X86 =
      Set.of(
          ("fpu tsc cx8 cmov clflush mmx fxsr sse sse2 syscall mmxext rdtscp lm 3dnowext 3dnow nopl pni pclmulqdq"
                  + " ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand lahf_lm abm sse4a"
                  + " misalignsse xop fma4 tbm lwp fsgsbase bmi1 hle avx2 bmi2 rtm mpx rdseed adx"
                  + " clflushopt clwb sha_ni xsaveopt xsavec xgetbv1 gfni vaes vpclmulqdq rdpid clzero rdpru ospke"
                  + " movdiri movdir64b serialize waitpkg cldemote enqcmd tsxldtrk user_shstk ptwrite uintr"
                  + " sha512 sm3 sm4")
              .split(" "));

  /** Families that grow with every generation. */
  private static final List<String> X86_FAMILIES = List.of("avx512", "avx_", "avx10", "amx_");

  /** That the kernel emulates ID registers, and wakes waiting cores: no program's instructions. */
  private static final Set<String> NOT_OF_PROGRAMS_ON_ARM64 = Set.of("evtstrm", "cpuid");

  /**
   * Registers that CRIU 4.2 neither dumps nor restores (it asks for NT_PRSTATUS, NT_PRFPREG and the
   * keys of pointer authentication). The kernel may drop them at each system call (arm64/sve.rst),
   * so only a thread that is stopped in between would miss them.
   */
  private static final List<String> UNCARRIED_ON_ARM64 = List.of("sve", "sme");

  private CpuChecks() {}

  /** The features whose registers a checkpoint of a machine with these features lacks. */
  static List<String> uncarried(boolean isX86, List<String> here) {
    return isX86 ? List.of() : UNCARRIED_ON_ARM64.stream().filter(here::contains).toList();
  }

  /**
   * The features that programs may use here and that there are not.
   *
   * @param isX86 else arm64
   */
  static List<String> lacking(boolean isX86, List<String> here, List<String> there) {
    return here.stream()
        .filter(isX86 ? CpuChecks::isOfX86Programs : CpuChecks::isOfArm64Programs)
        .filter(feature -> !there.contains(feature))
        .sorted()
        .toList();
  }

  private static boolean isOfX86Programs(String feature) {
    return X86.contains(feature) || X86_FAMILIES.stream().anyMatch(feature::startsWith);
  }

  private static boolean isOfArm64Programs(String feature) {
    return !NOT_OF_PROGRAMS_ON_ARM64.contains(feature);
  }
}
