package io.godwit.agent.rehearsal;

import io.godwit.docker.UpperLayer;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The probe of this device's ISA: a tiny static program that does nothing but be dumped. The build
 * puts it beside the classes.
 */
public final class ProbeBinary {
  /** Where it stands in a container while that is rehearsed. */
  public static final String PATH = "/.godwit-probe";

  private static final int MODE = 0755;
  private final Isa isa;
  private final Path proc;

  /**
   * @param proc {@code /proc} but in tests
   */
  public ProbeBinary(Isa isa, Path proc) {
    this.isa = isa;
    this.proc = proc;
  }

  /** Whether a process of this machine runs it: the Engine has it running while it is runc. */
  boolean isRunBy(long pid) {
    try {
      Path executable = Files.readSymbolicLink(proc.resolve(Long.toString(pid)).resolve("exe"));
      return executable.endsWith(PATH.substring(1));
    } catch (IOException e) {
      return false;
    }
  }

  /** Puts it into a container that does not run. */
  void place(UpperLayer layer, Path staging) throws IOException {
    Path file = staging.resolve("probe");
    String resource = "/io/godwit/agent/probe" + isa.twinSuffix();
    try (InputStream probe = ProbeBinary.class.getResourceAsStream(resource)) {
      if (probe == null) {
        throw new IOException(
            "This agent was built without the probe for %s.".formatted(isa.kernelName()));
      }
      Files.copy(probe, file, StandardCopyOption.REPLACE_EXISTING);
    }
    layer.place(PATH, file, MODE);
    Files.delete(file);
  }
}
