package io.godwit.agent.state;

import io.godwit.contract.FileTree;
import io.godwit.docker.Asked;
import io.godwit.docker.ContainerSpec;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.service.Setting;
import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which containers this device takes, and of whom: its own word, not the sender's. It is a file of
 * {@code name=value} lines; what is not named in it is not allowed, and without a file all is.
 *
 * <table>
 *   <caption>Lines</caption>
 *   <tr><td>{@code hosts}</td><td>names with commas between them, or *; must be there</td></tr>
 *   <tr><td>{@code privileged}</td><td>true or false</td></tr>
 *   <tr><td>{@code capabilities}</td><td>beside Docker's own, or ALL</td></tr>
 *   <tr><td>{@code host-paths}</td><td>folders of this device that may be mounted, with all in them
 *       </td></tr>
 *   <tr><td>{@code devices}</td><td>as in {@code --device}, or *</td></tr>
 *   <tr><td>{@code host-namespaces}</td><td>of network, pid, ipc, uts, user</td></tr>
 *   <tr><td>{@code security-options}</td><td>as in {@code --security-opt}, or runtime=NAME</td></tr>
 * </table>
 */
public final class DevicePolicy {
  /** Takes everything, of everybody. */
  public static final DevicePolicy NONE = new DevicePolicy(Optional.empty());

  private static final String ANY = "*";
  private static final Set<String> LINES =
      Set.of(
          "hosts",
          "privileged",
          "capabilities",
          "host-paths",
          "devices",
          "host-namespaces",
          "security-options");

  /** What the Engine gives to every container. */
  private static final Set<String> DOCKERS =
      Set.of(
          "AUDIT_WRITE",
          "CHOWN",
          "DAC_OVERRIDE",
          "FOWNER",
          "FSETID",
          "KILL",
          "MKNOD",
          "NET_BIND_SERVICE",
          "NET_RAW",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYS_CHROOT");

  private final Optional<Properties> lines;

  private DevicePolicy(Optional<Properties> lines) {
    this.lines = lines;
  }

  /**
   * The policy of this device.
   *
   * @throws SettingsException when its file cannot be read or has a line that is not known
   */
  public static DevicePolicy of(Settings settings) {
    return settings.given(Setting.DEVICE_POLICY).map(DevicePolicy::read).orElse(NONE);
  }

  private static DevicePolicy read(String file) {
    Properties lines = new Properties();
    try (var reader = Files.newBufferedReader(Path.of(file))) {
      lines.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new SettingsException(
          "%s names the file %s, which cannot be read: %s."
              .formatted(Setting.DEVICE_POLICY.variable(), file, e),
          e);
    }
    List<String> unknown =
        lines.stringPropertyNames().stream()
            .filter(name -> !LINES.contains(name))
            .sorted()
            .toList();
    if (!unknown.isEmpty() || !lines.containsKey("hosts")) {
      throw new SettingsException(
          "%s (%s) %s. Its lines are: %s; hosts must be there."
              .formatted(
                  file,
                  Setting.DEVICE_POLICY.variable(),
                  unknown.isEmpty() ? "has no line hosts" : "has the line " + unknown.getFirst(),
                  LINES.stream().sorted().collect(Collectors.joining(", "))));
    }
    return new DevicePolicy(Optional.of(lines));
  }

  /**
   * Why this device does not take a container; empty where it does.
   *
   * @param host that sends it
   * @param trees that come with it, which name places of their own
   */
  public List<Refusal> objections(String host, ContainerSpec spec, List<FileTree> trees) {
    if (lines.isEmpty()) {
      return List.of();
    }
    Asked asked = spec.asked();
    List<Refusal> refusals = new ArrayList<>();
    if (!allows("hosts", host)) {
      refusals.add(
          new Refusal(
              RefusalKind.DEVICE_POLICY,
              host,
              "This device takes no containers of host %s.".formatted(host),
              remedy("hosts")));
    }
    if (asked.privileged() && !allows("privileged", "true")) {
      refusals.add(refusal("privileged", "privileged containers", "--privileged"));
    }
    asked.capabilities().stream()
        .filter(name -> !DOCKERS.contains(name) && !allows("capabilities", name))
        .forEach(name -> refusals.add(refusal("capabilities", "the capability " + name, name)));
    Stream.concat(
            asked.paths().stream(),
            trees.stream()
                .filter(tree -> tree.getKind() == FileTree.Kind.BIND)
                .map(FileTree::getSource))
        .distinct()
        .filter(path -> !allowsPath(path))
        .forEach(
            path -> refusals.add(refusal("host-paths", "mounts of this device's " + path, path)));
    asked.devices().stream()
        .filter(name -> !allows("devices", name))
        .forEach(name -> refusals.add(refusal("devices", "the device " + name, name)));
    asked.namespaces().stream()
        .filter(name -> !allows("host-namespaces", name))
        .forEach(name ->
            refusals.add(refusal("host-namespaces", "this device's namespace " + name, name)));
    asked.security().stream()
        .filter(name -> !allows("security-options", name))
        .forEach(name -> refusals.add(refusal("security-options", name, name)));
    return refusals;
  }

  private static Refusal refusal(String line, String what, String subject) {
    return new Refusal(
        RefusalKind.DEVICE_POLICY,
        subject,
        "This device's policy does not allow containers %s.".formatted(what),
        remedy(line));
  }

  private static String remedy(String line) {
    return "Take another device, or have its operator change the line %s of its policy."
        .formatted(line);
  }

  private List<String> values(String line) {
    return Arrays.stream(lines.orElseThrow().getProperty(line, "").split(",", -1))
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  private boolean allows(String line, String value) {
    List<String> allowed = values(line);
    return switch (line) {
      case "capabilities" ->
          allowed.stream()
              .map(name -> name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", ""))
              .anyMatch(name -> name.equals(value) || name.equals("ALL"));
      case "hosts", "devices" -> allowed.contains(value) || allowed.contains(ANY);
      default -> allowed.contains(value);
    };
  }

  /** Where it leads by links that are there already counts, too. */
  private boolean allowsPath(String path) {
    List<Path> allowed = values("host-paths").stream().map(Path::of).map(Path::normalize).toList();
    Path asked = Path.of(path).normalize();
    return asked.isAbsolute()
        && Stream.of(asked, real(asked))
            .allMatch(place -> allowed.stream().anyMatch(folder -> isIn(place, folder)));
  }

  private static boolean isIn(Path place, Path folder) {
    return place.startsWith(folder) || place.startsWith(real(folder));
  }

  /** With every link followed as far as something is there. */
  private static Path real(Path path) {
    Path parent = path.getParent();
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return parent == null ? path : real(parent).resolve(path.getFileName());
    }
  }
}
