package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs root: whiteouts are devices, opaque marks are trusted attributes. */
class LayerFilesIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final LayerFiles files = new LayerFiles(CommandRunner.ofProcesses(), Clock.systemUTC());
  private Path source;
  private Path target;

  @BeforeEach
  void begin() throws IOException {
    source = Files.createDirectory(folder.resolve("source"));
    target = Files.createDirectory(folder.resolve("target"));
  }

  /** An overlay as the Engine mounts it, of one image. */
  private Path mounted(String name) throws IOException {
    Path place = folder.resolve("machine").resolve(name);
    for (String part : List.of("upper", "work", "merged")) {
      Files.createDirectories(place.resolve(part));
    }
    run(
        "mount",
        "-t",
        "overlay",
        "overlay",
        "-o",
        "lowerdir=%s,upperdir=%s/upper,workdir=%s/work".formatted(source, place, place),
        place.resolve("merged").toString());
    return place.resolve("merged");
  }

  @Test
  void whatChangedComesOutAlikeThroughTheMountOfAContainerThatWaits() throws IOException {
    Path machine = Files.createDirectory(folder.resolve("machine"));
    run("mount", "-t", "tmpfs", "layers", machine.toString());
    try {
      shell(source, "mkdir -p etc old/deep kept; echo 1 | tee etc/a etc/b old/deep/x kept/y");
      Path there = mounted("there");
      Path upper = machine.resolve("there/upper");
      shell(
          there, "echo 2 >etc/a; mkdir new; echo 3 >new/f; rm -r kept; mkdir kept; echo 4 >kept/z");
      LayerListing before = files.list(upper);
      Path ahead = folder.resolve("ahead.tar");
      files.archive(upper, before, ahead);
      Path layer = Files.createDirectories(machine.resolve("here/upper"));
      files.unpack(ahead, List.of(), layer);
      Path here = mounted("here");

      shell(
          there,
          "rm etc/b new/f; ln -s /x new/l; mkfifo new/p; echo 5 >>kept/z; rm -r old; mkdir old; echo 6 >old/new; mv etc/a 'etc/a b'; chown 7:8 etc; ln kept/z kept/twice");
      Path changes = folder.resolve("changes.tar");
      List<String> removed = files.archiveChanges(upper, before, changes);
      files.unpackMounted(changes, removed, ahead, here);

      assertEquals(Optional.empty(), TreeComparison.difference(there, here));
      assertFalse(Files.exists(here.resolve("old/deep")), "an opaque folder hides the image's");
      assertEquals(
          Files.getAttribute(here.resolve("kept/z"), "unix:ino"),
          Files.getAttribute(here.resolve("kept/twice"), "unix:ino"));
    } finally {
      for (String name : List.of("there", "here")) {
        CommandRunner.ofProcesses()
            .run(List.of("umount", machine.resolve(name + "/merged").toString()), PATIENCE);
      }
      run("umount", machine.toString());
    }
  }

  @Test
  void whatOnlyALayerCanHoldIsNotMadeThroughAMount() throws IOException {
    Files.createDirectory(source.resolve("moved"));
    ExtendedAttributes.set(source.resolve("moved"), "trusted.overlay.redirect", "/elsewhere");
    Path archive = folder.resolve("changes.tar");
    files.archive(source, files.list(source), archive);
    IOException refused =
        assertThrows(
            IOException.class, () -> files.unpackMounted(archive, List.of(), archive, target));
    assertTrue(refused.getMessage().contains("redirect"), refused.getMessage());
    assertFalse(Files.exists(target.resolve("moved")));
  }

  @Test
  void aLayerComesOutAsItWentIn() throws IOException {
    Files.createDirectory(source.resolve("opaque"));
    Files.writeString(source.resolve("opaque/-a \n\u00fc"), "text");
    Files.setAttribute(source.resolve("opaque/-a \n\u00fc"), "unix:uid", 12345);
    Files.setAttribute(source.resolve("opaque"), "unix:mode", 01777);
    Files.createSymbolicLink(source.resolve("link"), Path.of("/etc/passwd"));
    ExtendedAttributes.set(source.resolve("opaque"), "trusted.overlay.opaque", "y");
    ExtendedAttributes.set(source.resolve("opaque"), "trusted.overlay.origin", "fh");
    run("mknod", source + "/gone", "c", "0", "0");
    Path archive = folder.resolve("full.tar");
    files.archive(source, files.list(source), archive);
    files.unpack(archive, List.of(), target);

    assertEquals("text", Files.readString(target.resolve("opaque/-a \n\u00fc")));
    assertEquals(12345, Files.getAttribute(target.resolve("opaque/-a \n\u00fc"), "unix:uid"));
    assertEquals(041777, (int) Files.getAttribute(target.resolve("opaque"), "unix:mode"));
    assertEquals(Path.of("/etc/passwd"), Files.readSymbolicLink(target.resolve("link")));
    assertEquals(0L, Files.getAttribute(target.resolve("gone"), "unix:rdev"));
    assertEquals(
        Optional.of("y"),
        ExtendedAttributes.get(target.resolve("opaque"), "trusted.overlay.opaque"));
    assertEquals(
        Optional.empty(),
        ExtendedAttributes.get(target.resolve("opaque"), "trusted.overlay.origin"));
  }

  @Test
  void aProgramTakesThePlaceOfTheStubThatItWasMountedOver() throws IOException {
    Files.createDirectories(source.resolve("usr/sbin"));
    Files.createFile(source.resolve("usr/sbin/docker-init"));
    Path program = Files.createDirectories(folder.resolve("program/usr/sbin"));
    Files.writeString(program.resolve("docker-init"), "ELF");
    Files.setAttribute(program.resolve("docker-init"), "unix:mode", 0600);
    Path archive = folder.resolve("full.tar");
    files.archive(source, files.list(source), archive);
    files.addProgram(folder.resolve("program"), "usr/sbin/docker-init", archive);
    files.unpack(archive, List.of(), target);

    Path there = target.resolve("usr/sbin/docker-init");
    assertEquals("ELF", Files.readString(there));
    assertEquals(0100755, (int) Files.getAttribute(there, "unix:mode"));
  }

  @Test
  void aVolumeKeepsHolesHardLinksDevicesAccessListsAndLeavesSocketsOut() throws IOException {
    try (var sparse =
        Files.newByteChannel(
            source.resolve("sparse"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      sparse.position(64 << 20).write(java.nio.ByteBuffer.wrap(new byte[] {1}));
    }
    Files.writeString(source.resolve("one"), "1");
    Files.createLink(source.resolve("two"), source.resolve("one"));
    run("mkfifo", "--mode=0620", source + "/fifo");
    run("mknod", source + "/null", "c", "1", "3");
    ExtendedAttributes.set(source.resolve("one"), "user.mine", "u");
    // An access list, as the kernel has it: owner, user 1234, group, mask, others (acl(5)).
    byte[] list =
        java.util.HexFormat.of()
            .parseHex(
                "02000000"
                    + "01000600ffffffff"
                    + "02000700d2040000"
                    + "04000400ffffffff"
                    + "10000700ffffffff"
                    + "20000400ffffffff");
    ExtendedAttributes.set(source.resolve("one"), "system.posix_acl_access", list);
    try (var socket =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      socket.bind(java.net.UnixDomainSocketAddress.of(source.resolve("socket")));
      Path archive = folder.resolve("full.tar");
      files.archive(source, files.list(source), archive);
      assertTrue(Files.size(archive) < 1 << 20, "holes are not stored");
      files.unpack(archive, List.of(), target);
    }

    assertFalse(LayerPaths.stands(target.resolve("socket")));
    assertEquals(64 << 20, Files.size(target.resolve("sparse")) - 1);
    assertTrue(run("du", "--block-size=1", target + "/sparse").split("\t")[0].length() < 7);
    assertEquals(
        Files.getAttribute(target.resolve("one"), "unix:ino"),
        Files.getAttribute(target.resolve("two"), "unix:ino"));
    assertEquals(010620, (int) Files.getAttribute(target.resolve("fifo"), "unix:mode"));
    assertEquals(0x103L, Files.getAttribute(target.resolve("null"), "unix:rdev"));
    assertEquals(Optional.of("u"), ExtendedAttributes.get(target.resolve("one"), "user.mine"));
    assertEquals(0100674, (int) Files.getAttribute(target.resolve("one"), "unix:mode"));
    assertEquals(
        java.util.HexFormat.of().formatHex(list),
        ExtendedAttributes.hex(target.resolve("one"), "system.posix_acl_access").orElse(""));
    assertEquals(Optional.empty(), TreeComparison.difference(source, target));
  }

  @Test
  void aSingleFileIsAnArchiveOfItsName() throws IOException {
    Path file = source.resolve("conf");
    Files.writeString(file, "text");
    Path archive = folder.resolve("one.tar");
    files.archive(source, files.listFile(file), archive);
    assertEquals(java.util.Map.of("conf", 4L), LayerFiles.sizes(archive));
  }

  @Test
  void changesMakeAnEarlierCopyEqual() throws IOException, InterruptedException {
    Files.createDirectory(source.resolve("dir"));
    Files.writeString(source.resolve("dir/kept"), "kept");
    Files.writeString(source.resolve("grown"), "1");
    Files.writeString(source.resolve("lost"), "1");
    Files.createDirectory(source.resolve("turned"));
    Files.writeString(source.resolve("turned/inside"), "1");
    // Older than the racy second.
    Thread.sleep(2_100);
    LayerListing before = files.list(source);
    files.archive(source, before, folder.resolve("full.tar"));

    Files.writeString(source.resolve("grown"), "2", StandardOpenOption.APPEND);
    Files.delete(source.resolve("lost"));
    Files.delete(source.resolve("turned/inside"));
    Files.delete(source.resolve("turned"));
    Files.createSymbolicLink(source.resolve("turned"), Path.of("dir"));
    Path changes = folder.resolve("changes.tar");
    List<String> removed = files.archiveChanges(source, before, changes);

    assertEquals(List.of("lost", "turned"), removed);
    List<String> names = new ArrayList<>();
    try (var in = Files.newInputStream(changes)) {
      TarMember.readAll(in, "changes").forEach(member -> names.add(member.name()));
    }
    assertEquals(List.of("./", "grown", "turned"), names);
    files.unpack(folder.resolve("full.tar"), List.of(), target);
    files.unpack(changes, removed, target);
    assertEquals("12", Files.readString(target.resolve("grown")));
    assertEquals("kept", Files.readString(target.resolve("dir/kept")));
    assertFalse(LayerPaths.stands(target.resolve("lost")));
    assertTrue(Files.isSymbolicLink(target.resolve("turned")));
  }

  @Test
  void aPageWrittenThroughAMappingAfterTheListingIsSentAgain() throws Exception {
    Path mapped = source.resolve("mapped");
    Files.write(mapped, new byte[4096]);
    try (var channel =
        java.nio.channels.FileChannel.open(
            mapped, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var page = channel.map(java.nio.channels.FileChannel.MapMode.READ_WRITE, 0, 4096);
      page.put(0, (byte) 1);
      Thread.sleep(2_100);
      LayerListing before = files.list(source);
      Thread.sleep(50);
      page.put(1, (byte) 2);
      List<String> changed = before.until(files.list(source)).changed();
      assertTrue(changed.contains("mapped"), changed.toString());
    }
  }

  @Test
  void anArchiveThatWouldWriteOutsideIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(target.resolve("d"), outside);
    Files.writeString(source.resolve("first"), "");
    Files.createDirectory(source.resolve("d"));
    Files.writeString(source.resolve("d/f"), "");
    Path archive = folder.resolve("evil.tar");
    run("tar", "-cf", archive.toString(), "-C", source.toString(), "first", "d/f");
    assertThrows(IOException.class, () -> files.unpack(archive, List.of(), target));
    assertFalse(Files.exists(target.resolve("first")));
    assertFalse(Files.exists(outside.resolve("f")));
  }

  @Test
  void aTwinTakesTheExecutablesPlaceAndOwnerAndTheFolderKeepsItsFace() throws IOException {
    Path image = Files.createDirectories(folder.resolve("image/opt/app")).getParent().getParent();
    Files.writeString(image.resolve("opt/app/kv"), "x86_64");
    Files.setAttribute(image.resolve("opt/app/kv"), "unix:uid", 77);
    Files.setAttribute(image.resolve("opt/app"), "unix:mode", 0710);
    Files.setAttribute(image.resolve("opt/app"), "unix:gid", 88);
    Path twin = folder.resolve("twin");
    Files.writeString(twin, "aarch64");
    new UpperLayer(target, List.of(image)).place("/opt/app/kv", twin, 0755);
    assertEquals("aarch64", Files.readString(target.resolve("opt/app/kv")));
    assertEquals(77, Files.getAttribute(target.resolve("opt/app/kv"), "unix:uid"));
    assertEquals(0100755, (int) Files.getAttribute(target.resolve("opt/app/kv"), "unix:mode"));
    assertEquals(040710, (int) Files.getAttribute(target.resolve("opt/app"), "unix:mode"));
    assertEquals(88, Files.getAttribute(target.resolve("opt/app"), "unix:gid"));
    assertEquals("x86_64", Files.readString(image.resolve("opt/app/kv")));
  }

  @Test
  void aTwinGoesThroughNoLink() throws IOException {
    Path image = Files.createDirectories(folder.resolve("image/usr/bin")).getParent().getParent();
    Files.createSymbolicLink(image.resolve("bin"), Path.of("usr/bin"));
    Path twin = folder.resolve("twin");
    Files.writeString(twin, "aarch64");
    IOException refusal =
        assertThrows(
            IOException.class,
            () -> new UpperLayer(target, List.of(image)).place("/bin/kv", twin, 0755));
    assertEquals("/bin in the container is no folder", refusal.getMessage());
    assertTrue(Files.exists(image.resolve("usr/bin"), LinkOption.NOFOLLOW_LINKS));
  }

  private static String run(String... command) throws IOException {
    CommandRunner.Result result = CommandRunner.ofProcesses().run(List.of(command), PATIENCE);
    assertEquals(0, result.exit(), result.errors());
    return result.text();
  }

  private static void shell(Path in, String commands) throws IOException {
    run("sh", "-ec", "cd " + in + "; " + commands);
  }
}
