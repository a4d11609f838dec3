package io.godwit.agent.hold;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineRuntimeTest {
  private static final URI DOCKER = URI.create("unix:///var/run/docker.sock");

  @TempDir Path folder;
  private Path proc;
  private Path ours;
  private Path others;

  @BeforeEach
  void aMachine() throws IOException {
    proc = Files.createDirectories(folder.resolve("proc"));
    ours = runc("ours", "[ \"$1\" = godwit ] && echo godwit-runtime 1");
    others = runc("others", "echo 'No help topic for'; exit 3");
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(
        proc.resolve("net/unix"),
        """
        Num       RefCount Protocol Flags    Type St Inode Path
        0000000000000000: 00000002 00000000 00010000 0001 01 100 /run/docker.sock
        0000000000000000: 00000002 00000000 00010000 0001 01 200 /run/containerd/containerd.sock
        0000000000000000: 00000002 00000000 00010000 0001 01 300 /tmp/a b/csock
        0000000000000000: 00000003 00000000 00000000 0001 03 400
        """);
  }

  private Path runc(String name, String script) throws IOException {
    Path bin = Files.createDirectories(folder.resolve(name));
    Path runc = Files.writeString(bin.resolve("runc"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(runc, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin;
  }

  private void process(int pid, String name, int inode, String command, String path)
      throws IOException {
    Path process = Files.createDirectories(proc.resolve(Integer.toString(pid)));
    Files.writeString(process.resolve("comm"), name + "\n");
    Files.writeString(process.resolve("cmdline"), command.replace('|', '\0') + '\0');
    Files.writeString(process.resolve("environ"), "HOME=/\0PATH=" + path + "\0");
    Files.createSymbolicLink(
        Files.createDirectories(process.resolve("fd")).resolve("3"),
        Path.of("socket:[" + inode + "]"));
  }

  private boolean holds() {
    return new EngineRuntime(proc, CommandRunner.ofProcesses()).holds(DOCKER);
  }

  @Test
  void theFirstRuncOnThePathOfTheEnginesContainerdCounts() throws IOException {
    process(7, "dockerd", 100, "/usr/sbin/dockerd|-H|fd://", others.toString());
    process(8, "containerd", 200, "/usr/bin/containerd", folder + "/none:" + ours + ":" + others);
    assertTrue(holds());
  }

  @Test
  void oneThatStandsBehindRuncHoldsNothing() throws IOException {
    process(7, "dockerd", 100, "/usr/sbin/dockerd", ours.toString());
    process(8, "containerd", 200, "/usr/bin/containerd", others + ":" + ours);
    assertFalse(holds());
  }

  @Test
  void theContainerdIsTheOneThatDockerdWasToldOf() throws IOException {
    process(7, "dockerd", 100, "dockerd|--containerd=/tmp/a b/csock", others.toString());
    process(8, "containerd", 200, "containerd", others.toString());
    process(9, "containerd", 300, "containerd|--config|x", ours.toString());
    assertTrue(holds());
  }

  @Test
  void anotherEnginesRuntimeIsNotThisOnes() throws IOException {
    process(7, "dockerd", 100, "dockerd|--containerd|/tmp/a b/csock", others.toString());
    process(8, "containerd", 200, "containerd", ours.toString());
    process(9, "containerd", 300, "containerd", others.toString());
    assertFalse(holds());
  }

  @Test
  void whereNobodyListensNothingIsHeld() throws IOException {
    assertFalse(holds());
    process(8, "containerd", 200, "containerd", ours.toString());
    assertFalse(holds());
  }
}
