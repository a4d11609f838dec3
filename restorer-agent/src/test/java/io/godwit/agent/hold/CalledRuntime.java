package io.godwit.agent.hold;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.agent.machine.MachineFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The runtime as it was built, called as containerd's shim calls runc, in front of a script that
 * tells how it was called. As root: it looks into {@code /run/godwit/runtime} and nowhere else.
 */
abstract class CalledRuntime {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final RuntimeFolder FOLDER = RuntimeFolder.OF_THIS_MACHINE;

  @TempDir Path folder;
  final String id = UUID.randomUUID().toString().replace("-", "").repeat(2);
  Path front;
  Path real;
  Path called;
  Path log;
  Path bundle;

  @BeforeEach
  void install() throws IOException {
    front = Files.createDirectories(folder.resolve("front"));
    real = Files.createDirectories(folder.resolve("real"));
    called = folder.resolve("called");
    log = folder.resolve("log.json");
    Files.copy(runtime(), front.resolve("runc"));
    script(real.resolve("runc"));
    bundle = Files.createDirectories(folder.resolve("bundle"));
    Files.writeString(bundle.resolve("config.json"), "{}");
  }

  @AfterEach
  void leaveNothing() throws IOException {
    FOLDER.forget(id);
    Files.deleteIfExists(runs());
  }

  static Path runtime() {
    return Path.of("target/native/runtime" + MachineFacts.ofThisMachine().isa().twinSuffix())
        .toAbsolutePath();
  }

  void script(Path file) throws IOException {
    Files.writeString(
        file,
        """
        #!/bin/sh
        { echo "$0"; for word; do echo "$word"; done; } >'%s'
        echo out; echo err >&2
        exit ${EXIT:-0}
        """
            .formatted(called));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Path runs() {
    return FOLDER.path().resolve(id + ".runs");
  }

  Process begin(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(front.resolve("runc").toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PATH", front + ":" + real + ":/usr/bin:/bin");
    builder.environment().put("EXIT", "7");
    return builder.start();
  }

  static int end(Process process) throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), "it ends");
    return process.exitValue();
  }

  /** As containerd's shim does. */
  String[] create() {
    return new String[] {
      "--root",
      "/run/docker/runtime-runc/moby",
      "--log",
      log.toString(),
      "--log-format",
      "json",
      "--systemd-cgroup",
      "create",
      "--bundle",
      bundle.toString(),
      "--pid-file",
      "/init.pid",
      "--console-socket",
      "/tmp/pty.sock",
      "--no-new-keyring",
      id
    };
  }

  Hold hold(Duration atMost) throws IOException {
    return FOLDER.hold(id, atMost);
  }

  static void go(Hold hold, String images) throws IOException {
    hold.go(Path.of(images), Path.of("/work"));
  }

  List<String> called() throws IOException {
    return Files.exists(called) ? Files.readAllLines(called) : List.of();
  }

  String told() throws IOException {
    return Files.readString(log);
  }
}
