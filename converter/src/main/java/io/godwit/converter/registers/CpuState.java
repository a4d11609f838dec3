package io.godwit.converter.registers;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.ThreadInfoAarch64;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Looks, where the ISA stays, whether the device's CPU has a place for what every thread holds in
 * its registers (core-*.img). CRIU restores the components that the CPU has and drops all others
 * without a word. What a component's presence in the probe's core tells is which ones the device
 * has; a component that holds its initial values is left out and reported, one that holds more is a
 * refusal.
 */
public final class CpuState implements Step {
  private static final String NAME = "CPU state";

  @Override
  public void apply(Draft draft) throws IOException {
    Message probe = probe(draft.template());
    Map<String, List<Long>> dropped = new TreeMap<>();
    for (ImageName image : draft.images(ImageKind.CORE)) {
      Message core = draft.image(image).only();
      Message changed =
          switch (draft.input().targetIsa()) {
            case X86_64 -> x86(draft, image, core, probe, dropped);
            case AARCH64 -> aarch64(draft, image, core, probe);
          };
      draft.change(image, i -> i.withOnly(changed));
    }
    dropped.forEach((component, threads) ->
        draft.report(
            NAME,
            component,
            "initial values in %d threads".formatted(threads.size()),
            "none",
            "the device's CPU does not have these registers, and the threads held nothing in them"));
  }

  private static Message x86(
      Draft draft, ImageName image, Message core, Message probe, Map<String, List<Long>> dropped) {
    Optional<Message> info = core.message(CoreEntry.THREAD_INFO);
    Optional<Message> device = probe.message(CoreEntry.THREAD_INFO);
    if (info.isEmpty() || device.isEmpty()) {
      return core; // a zombie, or damage that CRIU finds
    }
    ExtendedState state = ExtendedState.of(info.get());
    for (String problem : state.obstacles(ExtendedState.of(device.get()))) {
      draft.refuse(RefusalKind.CPU_REGISTERS, "thread %d %s".formatted(image.id(), problem));
    }
    List<String> names = new ArrayList<>();
    Message fitted = state.fittedTo(ExtendedState.of(device.get()), names);
    names.forEach(name -> dropped.computeIfAbsent(name, _ -> new ArrayList<>()).add(image.id()));
    return core.withMessage(CoreEntry.THREAD_INFO, fitted);
  }

  /** Pointer authentication keys: without them every signed return address is a fault. */
  private static Message aarch64(Draft draft, ImageName image, Message core, Message probe) {
    Optional<Message> info = core.message(CoreEntry.TI_AARCH64);
    Optional<Message> device = probe.message(CoreEntry.TI_AARCH64);
    if (info.isPresent() && device.isPresent() && keys(info.get()) > keys(device.get())) {
      draft.refuse(
          RefusalKind.CPU_REGISTERS,
          "thread %d has pointer authentication keys, which the device's CPU or its CRIU lacks"
              .formatted(image.id()));
    }
    return core;
  }

  /** How many of the two sets of keys, for addresses and generic ones, are there. */
  private static int keys(Message info) {
    return info.message(ThreadInfoAarch64.PAC_KEYS).map(keys -> keys.numbers().size()).orElse(0);
  }

  private static Message probe(ImageFolder template) throws IOException {
    Message first = template.entries(ImageKind.PSTREE).messages().getFirst();
    return template.entries(ImageKind.CORE, first.requireVarint(PstreeEntry.PID)).only();
  }
}
