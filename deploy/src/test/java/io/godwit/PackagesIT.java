package io.godwit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.e2e.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Debian packages, unpacked as a machine would have them. */
class PackagesIT {
  private static final List<String> SERVICES =
      List.of("checkpointer", "restorer-agent", "converter");
  private static final Path SCRIPT =
      Path.of(System.getProperty("godwit.root"), "deploy/packages/build.sh");

  @TempDir private static Path folder;
  private static Path machine;

  @BeforeAll
  static void build() throws IOException {
    run(Map.of(), SCRIPT.toString(), folder.resolve("packages").toString()).orFail();
    machine = folder.resolve("machine");
    try (Stream<Path> packages = Files.list(folder.resolve("packages"))) {
      for (Path file : packages.filter(file -> file.toString().endsWith("_amd64.deb")).toList()) {
        run(Map.of(), "dpkg-deb", "-x", file.toString(), machine.toString()).orFail();
      }
    }
  }

  private static Shell.Result run(Map<String, String> environment, String... command) {
    return Shell.run(Duration.ofMinutes(3), environment, List.of(command));
  }

  private static Shell.Result program(String path, String... arguments) {
    List<String> command =
        Stream.concat(Stream.of(machine + "/" + path), Stream.of(arguments)).toList();
    return Shell.run(
        Duration.ofMinutes(1),
        Map.of(
            "JAVA_HOME",
            System.getProperty("java.home"),
            "GODWIT_STATE_DIR",
            folder.resolve("state").toString()),
        command);
  }

  @Test
  void thereIsOneForEachServiceTheCommandAndEachArchitecture() throws IOException {
    try (Stream<Path> packages = Files.list(folder.resolve("packages"))) {
      assertEquals(
          Stream.of("godwit", "godwit-checkpointer", "godwit-converter", "godwit-restorer-agent")
              .flatMap(name -> Stream.of(name + " amd64", name + " arm64"))
              .toList(),
          packages
              .map(file ->
                  run(
                          Map.of(),
                          "dpkg-deb",
                          "-W",
                          "--showformat=${Package} ${Architecture}",
                          file.toString())
                      .orFail())
              .sorted()
              .toList());
    }
  }

  @Test
  void installedServicesSayWhatTheyTakeAndWhatIsMissing() {
    for (String service : SERVICES) {
      String program = "usr/lib/godwit/%s/bin/%s".formatted(service, service);
      assertTrue(program(program, "--version").orFail().startsWith(service + " 0."));
      assertTrue(program(program, "--help").orFail().contains("GODWIT_KAFKA_PROPERTIES"));
      Shell.Result bare = program(program);
      assertEquals(2, bare.exit(), bare.toString());
      assertTrue(bare.err().contains(" is not set. Set it to"), bare.err());
    }
    assertTrue(program("usr/bin/godwit", "--version").orFail().startsWith("godwit 0."));
  }

  @Test
  void systemdTakesTheUnits() throws IOException {
    // It wants to know those that ours refer to.
    Path units = machine.resolve("usr/lib/systemd/system");
    for (String known : List.of("sysinit", "basic", "network-online", "multi-user", "shutdown")) {
      Files.writeString(units.resolve(known + ".target"), "[Unit]\nDescription=" + known + "\n");
    }
    for (String service : SERVICES) {
      Shell.Result said =
          run(
              Map.of(),
              "systemd-analyze",
              "verify",
              "--root=" + machine,
              "godwit-%s.service".formatted(service));
      assertEquals("", said.orFail() + said.err(), service);
    }
  }
}
