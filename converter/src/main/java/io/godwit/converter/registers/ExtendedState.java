package io.godwit.converter.registers;

import io.godwit.converter.graft.Hex;
import io.godwit.criu.Message;
import io.godwit.criu.field.ThreadInfoX86;
import io.godwit.criu.field.UserX86FpregsEntry;
import io.godwit.criu.field.UserX86XsaveEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an x86 thread holds beyond the general registers: MXCSR and the components of the XSAVE area
 * (Intel SDM volume 1, 13.1; core-x86.proto). CRIU writes a component where the CPU has it, and
 * says in XSTATE_BV which ones hold more than their initial values.
 *
 * @param info the thread's message
 * @param fpregs its FXSAVE part
 * @param xsave what XSAVE adds; empty on a CPU without
 */
record ExtendedState(Message info, Message fpregs, Optional<Message> xsave) {
  /**
   * The rights of protection keys that Linux gives a thread at first: all but key 0 deny access
   * (arch/x86/mm/pkeys.c).
   */
  private static final long INITIAL_PKRU = 0x5555_5554L;

  /** x87, SSE, and the user shadow stack, which CRIU keeps in fields of their own. */
  private static final long ELSEWHERE = 1L | 1L << 1 | 1L << 11 | 1L << 12;

  private enum Component {
    YMM("AVX registers", 2, UserX86XsaveEntry.YMMH_SPACE),
    BNDREGS("MPX bounds", 3, UserX86XsaveEntry.BNDREG_STATE),
    BNDCSR("MPX configuration", 4, UserX86XsaveEntry.BNDCSR_STATE),
    OPMASK("AVX-512 mask registers", 5, UserX86XsaveEntry.OPMASK_REG),
    ZMM_UPPER("AVX-512 upper halves", 6, UserX86XsaveEntry.ZMM_UPPER),
    HI16_ZMM("AVX-512 registers 16 to 31", 7, UserX86XsaveEntry.HI16_ZMM),
    PKRU("protection key rights", 9, UserX86XsaveEntry.PKRU);

    private final String description;
    private final long bit;
    private final int field;

    Component(String description, int bit, int field) {
      this.description = description;
      this.bit = 1L << bit;
      this.field = field;
    }
  }

  static ExtendedState of(Message info) {
    Message fpregs = info.requireMessage(ThreadInfoX86.FPREGS);
    return new ExtendedState(info, fpregs, fpregs.message(UserX86FpregsEntry.XSAVE));
  }

  private boolean has(Component component) {
    return xsave.isPresent() && !xsave.get().varints(component.field).isEmpty();
  }

  private boolean holds(Component component) {
    if (!has(component)) {
      return false;
    }
    Message area = xsave.orElseThrow();
    boolean inUse = (area.requireVarint(UserX86XsaveEntry.XSTATE_BV) & component.bit) != 0;
    List<Long> words = area.varints(component.field);
    return inUse
        && switch (component) {
          case PKRU -> words.getFirst() != 0 && words.getFirst() != INITIAL_PKRU;
          case YMM, BNDREGS, BNDCSR, OPMASK, ZMM_UPPER, HI16_ZMM ->
              words.stream().anyMatch(word -> word != 0);
        };
  }

  /** What this thread has that would be lost on a device whose probe was in that state. */
  List<String> obstacles(ExtendedState device) {
    List<String> obstacles = new ArrayList<>();
    for (Component component : Component.values()) {
      if (holds(component) && component == Component.PKRU) {
        // CRIU keeps the rights, but not which memory has which key.
        obstacles.add("uses protection keys (pkeys), which CRIU does not keep with the memory");
      } else if (holds(component) && !device.has(component)) {
        obstacles.add(
            "holds %s, which the device's CPU does not have".formatted(component.description));
      }
    }
    long unknown = xsave.map(area -> area.requireVarint(UserX86XsaveEntry.XSTATE_BV)).orElse(0L);
    unknown &= ~ELSEWHERE;
    for (Component component : Component.values()) {
      unknown &= ~component.bit;
    }
    if (unknown != 0) {
      obstacles.add(
          "holds CPU state that CRIU does not dump (XSTATE_BV %s; AMX tiles are 0x60000)"
              .formatted(Hex.of(unknown)));
    }
    long control = fpregs.requireVarint(UserX86FpregsEntry.MXCSR);
    long mask = device.fpregs.requireVarint(UserX86FpregsEntry.MXCSR_MASK);
    // A mask of 0 stands for the one that every CPU has (Intel SDM volume 1, 11.6.6).
    if (mask != 0 && (control & ~mask) != 0) {
      obstacles.add(
          "has MXCSR bits %s set, which the device's CPU does not have"
              .formatted(Hex.of(control & ~mask)));
    }
    return obstacles;
  }

  /**
   * The thread's message without the components that the device lacks.
   *
   * @param dropped is told of each
   */
  Message fittedTo(ExtendedState device, List<String> dropped) {
    if (xsave.isEmpty()) {
      return info;
    }
    Message area = xsave.get();
    for (Component component : Component.values()) {
      if (has(component) && !device.has(component)) {
        long inUse = area.requireVarint(UserX86XsaveEntry.XSTATE_BV);
        area =
            area.without(component.field)
                .withVarint(UserX86XsaveEntry.XSTATE_BV, inUse & ~component.bit);
        dropped.add(component.description);
      }
    }
    return area.equals(xsave.get())
        ? info
        : info.withMessage(
            ThreadInfoX86.FPREGS, fpregs.withMessage(UserX86FpregsEntry.XSAVE, area));
  }
}
