package io.godwit.converter.graft;

import io.godwit.criu.CriuVersion;
import io.godwit.criu.ImageFolder;
import io.godwit.isa.Isa;
import java.util.List;
import java.util.Optional;

/**
 * What a conversion is made of.
 *
 * @param sourceIsa of the machine that dumped
 * @param targetIsa of the device
 * @param targetCriu the version that will restore
 * @param pageSize of both machines, in bytes
 * @param source CRIU's images of the frozen container, with descriptors.json
 * @param template the same of the device's rehearsal
 * @param executables the files that have a twin; empty where the ISA stays
 */
public record GraftInput(
    Isa sourceIsa,
    Isa targetIsa,
    CriuVersion targetCriu,
    int pageSize,
    ImageFolder source,
    ImageFolder template,
    List<Executable> executables) {
  public GraftInput {
    executables = List.copyOf(executables);
  }

  /** The executable at a path in the container, where it has a twin. */
  public Optional<Executable> executable(String path) {
    return executables.stream().filter(executable -> executable.path().equals(path)).findFirst();
  }
}
