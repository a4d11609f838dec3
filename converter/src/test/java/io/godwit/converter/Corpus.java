package io.godwit.converter;

import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.GraftInput;
import io.godwit.criu.CriuVersion;
import io.godwit.criu.ImageFolder;
import io.godwit.elf.ElfFile;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Real checkpoints by Docker: {@code counter} parked for the other ISA, on both; {@code menagerie}
 * (three processes, a zombie, a deleted file, memfd, queues, timers) parked for aarch64; and what
 * the probe left of a rehearsal on both machines. The x86_64 ones are of CRIU 4.2.1 and cgroup v1,
 * the aarch64 ones of CRIU 4.1.1 and cgroup v2.
 */
final class Corpus {
  static final int PAGE = 4096;

  private Corpus() {}

  /** The images of a checkpoint, to be changed. */
  static EditedFolder folder(String name) throws IOException {
    return EditedFolder.of(path(name));
  }

  /** Counter on x86_64, to aarch64. */
  static Case counter() throws IOException {
    return new Case(
        folder("counter-x86_64"),
        folder("template-aarch64"),
        Isa.X86_64,
        Isa.AARCH64,
        "4.1.1",
        List.of(program("counter", Isa.X86_64, Isa.AARCH64)));
  }

  /** Counter on aarch64, where it had come from x86_64, to x86_64. */
  static Case counterHome() throws IOException {
    return new Case(
        folder("counter-aarch64"),
        folder("template-x86_64"),
        Isa.AARCH64,
        Isa.X86_64,
        "4.2.1",
        List.of(program("counter", Isa.AARCH64, Isa.X86_64)));
  }

  /** Several processes on x86_64, to aarch64. */
  static Case menagerie() throws IOException {
    return new Case(
        folder("menagerie-x86_64-tmpfs"),
        folder("template-aarch64-tmpfs"),
        Isa.X86_64,
        Isa.AARCH64,
        "4.1.1",
        List.of(program("menagerie", Isa.X86_64, Isa.AARCH64)));
  }

  /** Counter from one x86_64 machine to another. */
  static Case sameIsa() throws IOException {
    return new Case(
        folder("counter-x86_64"),
        folder("template-x86_64"),
        Isa.X86_64,
        Isa.X86_64,
        "4.2.1",
        List.of());
  }

  /**
   * {@code stock} under --init, its connection kept, to an x86_64 machine that is unlike its own.
   */
  static Case stock() throws IOException {
    return new Case(
        folder("stock-x86_64-init"),
        folder("template-x86_64-init"),
        Isa.X86_64,
        Isa.X86_64,
        "4.1.1",
        List.of());
  }

  /** A program of the corpus and its twin, under the path that it has in its container. */
  static Executable program(String name, Isa source, Isa target) throws IOException {
    return executable(
        "/" + name,
        bytes("programs/" + name + source.twinSuffix()),
        bytes("programs/" + name + target.twinSuffix()));
  }

  /** An executable whose files are in memory. */
  static Executable executable(String path, byte[] source, byte[] twin) {
    return new Executable(
        path,
        ElfFile.read(path, source),
        ElfFile.read(path + " (twin)", twin),
        (offset, length) -> part(source, offset, length),
        (offset, length) -> part(twin, offset, length));
  }

  static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(path(name));
  }

  private static byte[] part(byte[] bytes, long offset, int length) {
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  private static Path path(String name) {
    try {
      return Path.of(Corpus.class.getResource("/corpus/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** A conversion to be tried; a test changes what it is about. */
  record Case(
      EditedFolder source,
      EditedFolder template,
      Isa sourceIsa,
      Isa targetIsa,
      String criu,
      List<Executable> executables) {
    /** The same for a device with another CRIU. */
    Case criu(String version) {
      return new Case(source, template, sourceIsa, targetIsa, version, executables);
    }

    /** The same with other twins. */
    Case twins(Executable... others) {
      return new Case(source, template, sourceIsa, targetIsa, criu, List.of(others));
    }

    GraftInput input() throws IOException {
      return new GraftInput(
          sourceIsa,
          targetIsa,
          CriuVersion.parse(criu),
          PAGE,
          ImageFolder.of(source),
          ImageFolder.of(template),
          executables);
    }
  }
}
