package io.godwit.messaging;

import io.godwit.contract.IsaName;
import io.godwit.isa.Isa;

/** An ISA as the wire contract names it. */
public final class WireIsa {
  private WireIsa() {}

  /** The name of an ISA in records. */
  public static IsaName of(Isa isa) {
    return switch (isa) {
      case X86_64 -> IsaName.X86_64;
      case AARCH64 -> IsaName.AARCH64;
    };
  }

  /**
   * The ISA of a record.
   *
   * @throws IllegalArgumentException when the record names none that this version knows
   */
  public static Isa of(IsaName name) {
    return switch (name) {
      case X86_64 -> Isa.X86_64;
      case AARCH64 -> Isa.AARCH64;
      case ISA_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no ISA that this version knows: " + name);
    };
  }
}
