package io.godwit.agent.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.contract.FileTree;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicePolicyTest {
  @TempDir private Path folder;

  private DevicePolicy policy(String... lines) throws IOException {
    Path file = Files.write(folder.resolve("policy"), List.of(lines));
    return DevicePolicy.of(new Settings(Map.of("GODWIT_DEVICE_POLICY", file.toString())));
  }

  private static ContainerSpec container(String hostConfig, String mounts) throws IOException {
    return ContainerSpec.of(
        Container.parse(
            "{\"Id\": \"%s\", \"Name\": \"/web\", \"State\": {}, \"Config\": {}, \"HostConfig\": %s, \"Mounts\": %s}"
                .formatted("a".repeat(64), hostConfig, mounts)));
  }

  private static List<String> subjects(DevicePolicy policy, ContainerSpec spec) {
    List<Refusal> refusals = policy.objections("alpha", spec, List.of());
    refusals.forEach(refusal -> {
      assertEquals(RefusalKind.DEVICE_POLICY, refusal.kind());
      assertTrue(refusal.remedy().contains("policy"), refusal.remedy());
    });
    return refusals.stream().map(Refusal::subject).toList();
  }

  @Test
  void withoutAPolicyEverythingIsTaken() throws Exception {
    DevicePolicy none = DevicePolicy.of(new Settings(Map.of()));
    assertEquals(List.of(), subjects(none, container("{\"Privileged\": true}", "[]")));
  }

  @Test
  void plainContainerOfAKnownHostIsTaken() throws Exception {
    ContainerSpec plain = container("{\"CapAdd\": [\"NET_RAW\"], \"Binds\": [\"data:/d\"]}", "[]");
    assertEquals(List.of(), subjects(policy("hosts=beta, alpha"), plain));
    assertEquals(List.of(), subjects(policy("hosts=*"), plain));
    assertEquals(List.of("alpha"), subjects(policy("hosts=beta"), plain));
  }

  @Test
  void whatIsNotNamedIsNotAllowedAndEveryReasonIsSaid() throws Exception {
    ContainerSpec spec =
        container(
            """
            {"Privileged": true, "CapAdd": ["CAP_SYS_PTRACE"], "PidMode": "host",
             "SecurityOpt": ["seccomp=unconfined"], "Devices": [{"PathOnHost": "/dev/kvm"}],
             "Binds": ["/etc:/etc:ro"], "MaskedPaths": []}\
            """,
            "[]");
    assertEquals(
        List.of(
            "--privileged",
            "SYS_PTRACE",
            "/etc",
            "/dev/kvm",
            "pid",
            "seccomp=unconfined",
            "systempaths=unconfined"),
        subjects(policy("hosts=alpha"), spec));
    assertEquals(
        List.of(),
        subjects(
            policy(
                "hosts=alpha",
                "privileged=true",
                "capabilities=sys_ptrace",
                "host-paths=/etc",
                "devices=/dev/kvm",
                "host-namespaces=pid",
                "security-options=seccomp=unconfined,systempaths=unconfined"),
            spec));
  }

  @Test
  void pathIsRefusedHoweverItIsAskedFor() throws Exception {
    DevicePolicy policy = policy("hosts=*", "host-paths=/srv");
    assertEquals(
        List.of("/srv/../etc"),
        subjects(policy, container("{\"Binds\": [\"/srv/../etc:/e\"]}", "[]")));
    assertEquals(
        List.of("/etc"),
        subjects(
            policy, container("{\"Mounts\": [{\"Type\": \"bind\", \"Source\": \"/etc\"}]}", "[]")));
    assertEquals(
        List.of("/etc"),
        subjects(
            policy,
            container(
                """
                {"Mounts": [{"Type": "volume", "VolumeOptions": {"DriverConfig": {"Options":
                  {"type": "none", "o": "bind", "device": "/etc"}}}}]}\
                """,
                "[]")));
    FileTree tree =
        FileTree.newBuilder().setKind(FileTree.Kind.BIND).setSource("/root/.ssh").build();
    assertEquals(
        List.of("/root/.ssh"),
        policy.objections("alpha", container("{}", "[]"), List.of(tree)).stream()
            .map(Refusal::subject)
            .toList());
  }

  @Test
  void linkInAnAllowedFolderLeadsNowhereElse() throws Exception {
    Path allowed = Files.createDirectory(folder.resolve("allowed"));
    Files.createSymbolicLink(allowed.resolve("out"), Path.of("/etc"));
    DevicePolicy policy = policy("hosts=*", "host-paths=" + allowed);
    String inside = allowed.resolve("new/folder").toString();
    String outside = allowed.resolve("out/ssh").toString();
    assertEquals(
        List.of(outside),
        subjects(
            policy,
            container("{\"Binds\": [\"%s:/a\", \"%s:/b\"]}".formatted(inside, outside), "[]")));
  }

  @Test
  void policyThatIsNoneIsSaidAtTheStart() {
    String misspelt =
        assertThrows(SettingsException.class, () -> policy("hosts=*", "priviliged=true"))
            .getMessage();
    assertTrue(misspelt.contains("has the line priviliged"), misspelt);
    String empty =
        assertThrows(SettingsException.class, () -> policy("privileged=true")).getMessage();
    assertTrue(empty.contains("has no line hosts"), empty);
  }
}
