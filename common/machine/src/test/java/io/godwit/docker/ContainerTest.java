package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The Engine's JSON as Engines write it, and what is made of it. */
final class ContainerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String INSPECT =
      """
      {"Id": "c1", "Name": "/app", "Image": "sha256:ab", "OfATimeToCome": {"x": [1, 2]},
       "HostsPath": "/docker/hosts", "ResolvConfPath": "",
       "State": {"Status": "exited", "Running": false, "Pid": 0, "ExitCode": 137,
         "OOMKilled": true, "Error": "", "StartedAt": "2026-11-26T20:11:24.654321Z",
         "FinishedAt": "0001-01-01T00:00:00Z"},
       "Config": {"Labels": {"a": "b"}, "Tty": true, "Shell": null,
         "Healthcheck": {"Test": ["CMD-SHELL", "curl localhost"]}},
       "HostConfig": {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
         "IpcMode": "shareable", "NetworkMode": "backend", "ReadonlyRootfs": true, "Init": true,
         "AutoRemove": false, "LogConfig": {"Type": "local"}, "ExtraHosts": ["a:10.0.0.1"],
         "Mounts": [{"Type": "tmpfs", "Target": "/asked"}], "Tmpfs": {"/tmp": ""}},
       "Mounts": [
         {"Type": "volume", "Name": "v", "Source": "/v/_data", "Destination": "/data",
          "Driver": "local", "Mode": "z", "RW": true, "Propagation": ""},
         {"Type": "bind", "Source": "/srv", "Destination": "/srv", "RW": false,
          "Propagation": "rprivate"},
         {"Type": "tmpfs", "Destination": "/asked", "RW": true},
         {"Type": "npipe", "Destination": "/pipe", "RW": true}],
       "NetworkSettings": {"Networks": {"backend": {"IPAddress": "10.1.0.2", "IPPrefixLen": 16,
         "Gateway": "10.1.0.1", "GlobalIPv6Address": "", "IPAMConfig": {"IPv4Address": "10.1.0.2"}}}},
       "GraphDriver": {"Name": "overlay2",
         "Data": {"UpperDir": "/o/c1/diff", "LowerDir": "/o/2/diff:/o/1/diff"}}}
      """;

  @Test
  void whatIsNotKnownSurvives() throws IOException {
    String json = Container.parse(INSPECT).toJson();
    assertEquals(JSON.readTree(INSPECT), JSON.readTree(json));
    assertEquals(
        "{\"Name\":\"always\",\"Later\":1}",
        RestartPolicy.parse("{\"Name\":\"always\",\"Later\":1}").toJson());
  }

  @Test
  void stateIsTold() throws IOException {
    assertEquals(
        new Container.State(
            "exited",
            false,
            0,
            137,
            true,
            "",
            Optional.of(Instant.parse("2026-11-26T20:11:24.654321Z")),
            Optional.empty()),
        Container.parse(INSPECT).state());
    assertEquals(Optional.empty(), Container.parse(INSPECT).firstPid());
    assertFalse(Container.parse("{}").runs());
  }

  @Test
  void configurationIsTold() throws IOException {
    Container container = Container.parse(INSPECT);
    assertEquals("app", container.name());
    assertEquals("sha256:ab", container.image());
    assertEquals(Map.of("a", "b"), container.labels());
    assertEquals("shareable", container.ipcMode());
    assertEquals("backend", container.networkMode());
    assertEquals("local", container.logDriver());
    assertEquals(List.of("a:10.0.0.1"), container.extraHosts());
    assertEquals(Optional.of(Path.of("/docker/hosts")), container.hostsFile());
    assertEquals(Optional.empty(), container.resolverFile());
    assertEquals(List.of("/bin/sh", "-c", "curl localhost"), container.healthCheck());
    assertTrue(container.hasInit() && container.hasReadOnlyRoot() && container.hasTerminal());
    assertFalse(container.removedWhenStopped());
  }

  @Test
  void mountsNetworksAndLayersAreTold() throws IOException {
    Container container = Container.parse(INSPECT);
    assertEquals(
        List.of(
            new Mount.Volume("v", "local", "/v/_data", "/data", true),
            new Mount.Bind("/srv", "/srv", false, "rprivate"),
            new Mount.Tmpfs("/asked", true),
            new Mount.Other("npipe", "/pipe", true)),
        container.mounts());
    assertEquals(
        List.of("/data", "/srv", "/asked", "/pipe", "/asked", "/tmp"), container.mountPoints());
    assertEquals(
        List.of(new Network("backend", "10.1.0.2", 16, "10.1.0.1", "", List.of("10.1.0.2"))),
        container.networks());
    assertEquals(Optional.of(Path.of("/o/c1/diff")), container.writableLayer());
    assertEquals(List.of(Path.of("/o/2/diff"), Path.of("/o/1/diff")), container.lowerLayers());
  }

  @Test
  void restartPolicySaysWhenItStarts() throws IOException {
    RestartPolicy policy = Container.parse(INSPECT).restartPolicy();
    assertTrue(policy.startsAfter(1) && policy.startsWithTheEngine() && !policy.isNone());
    assertFalse(policy.startsAfter(0));
    RestartPolicy none = Container.parse("{}").restartPolicy();
    assertTrue(none.isNone());
    assertFalse(none.startsAfter(1) || none.startsWithTheEngine());
  }

  @Test
  void listedContainersVolumesImagesAndTheEngineItself() throws IOException {
    assertEquals(
        new ListedContainer(
            "c1",
            "app",
            "running",
            Map.of("a", "b"),
            List.of(new Mount.Bind("/srv", "/srv", true, ""))),
        ListedContainer.of(
            JSON.readTree(
                """
                {"Id": "c1", "Names": ["/app"], "State": "running", "Labels": {"a": "b"},
                 "Mounts": [{"Type": "bind", "Source": "/srv", "Destination": "/srv", "RW": true}]}
                """)));
    Volume volume =
        Volume.of(
            JSON.readTree(
                "{\"Driver\": \"local\", \"Mountpoint\": \"/v\", \"Options\": {\"type\": \"nfs\"}}"));
    assertEquals("{\"type\":\"nfs\"}", volume.options());
    assertFalse(volume.isPlain());
    assertTrue(
        Volume.of(JSON.readTree("{\"Driver\": \"local\", \"Mountpoint\": \"/v\"}")).isPlain());
    assertEquals(
        new EngineImage("sha256:ab", 5, List.of("a:1")),
        EngineImage.of(
            JSON.readTree("{\"Id\": \"sha256:ab\", \"Size\": 5, \"RepoTags\": [\"a:1\"]}")));
    assertEquals(
        new EngineInfo("26.1.5", Path.of("/d"), "overlay2", true, 2, List.of("local"), "tini"),
        EngineInfo.of(
            JSON.readTree(
                """
                {"ServerVersion": "26.1.5", "DockerRootDir": "/d", "Driver": "overlay2",
                 "ExperimentalBuild": true, "CgroupVersion": "2", "InitBinary": "tini",
                 "Plugins": {"Log": ["local"]}}
                """)));
    assertEquals(1, EngineInfo.of(JSON.readTree("{}")).cgroupVersion());
  }
}
