package io.godwit.isa;

/** An instruction set that containers run on. */
public enum Isa {
  /** AMD64, ELF machine 62 (psABI x86-64). */
  X86_64(62, "x86_64", "_x86-64", 1),
  /** Arm 64-bit, ELF machine 183 (AAELF64). */
  AARCH64(183, "aarch64", "_aarch64", 0);

  private final int elfMachine;
  private final String kernelName;
  private final String twinSuffix;
  private final long migrationTarget;

  Isa(int elfMachine, String kernelName, String twinSuffix, long migrationTarget) {
    this.elfMachine = elfMachine;
    this.kernelName = kernelName;
    this.twinSuffix = twinSuffix;
    this.migrationTarget = migrationTarget;
  }

  /** {@code e_machine} of executables of this ISA. */
  public int elfMachine() {
    return elfMachine;
  }

  /** What {@code uname -m} says. */
  public String kernelName() {
    return kernelName;
  }

  /**
   * What the executable's path is followed by in the path of its twin for this ISA (h-container's
   * contract).
   */
  public String twinSuffix() {
    return twinSuffix;
  }

  /**
   * The value of {@code __migrate_gb_variable} that asks a program to go to this ISA (h-container's
   * contract).
   */
  public long migrationTarget() {
    return migrationTarget;
  }

  /**
   * The ISA that {@code uname -m} (or Java's {@code os.arch}) names.
   *
   * @throws IllegalArgumentException when it is none of ours
   */
  public static Isa ofKernelName(String name) {
    return switch (name) {
      case "x86_64", "amd64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default -> throw new IllegalArgumentException("Godwit moves x86_64 and aarch64, not " + name);
    };
  }
}
