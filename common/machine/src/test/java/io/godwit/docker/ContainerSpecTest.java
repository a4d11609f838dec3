package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerSpecTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What Docker 20.10 answers for a container with a published port, shortened. */
  private static final String INSPECT =
      """
      {
        "Id": "0123456789abcdef0123", "Name": "/kv", "Path": "/kv", "Args": ["--port", "6379"],
        "Image": "sha256:aa", "Mounts": [],
        "HostConfig": {
          "Binds": null, "ContainerIDFile": "/tmp/id", "LogConfig": {"Type": "json-file", "Config": {}},
          "NetworkMode": "default", "AutoRemove": false, "CgroupParent": "/machine",
          "PortBindings": {"6379/tcp": [{"HostIp": "", "HostPort": "27001"}, {"HostIp": "127.0.0.1", "HostPort": ""}]},
          "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}, "CapDrop": ["ALL"],
          "CgroupnsMode": "host", "SecurityOpt": ["no-new-privileges"], "Runtime": "runc",
          "MaskedPaths": ["/proc/acpi"], "ReadonlyPaths": ["/proc/bus"], "Memory": 67108864
        },
        "GraphDriver": {"Name": "overlay2", "Data": {"UpperDir": "/var/lib/docker/overlay2/x/diff"}},
        "Config": {
          "Hostname": "0123456789ab", "User": "1000", "Env": ["A=b c"], "Entrypoint": ["/kv"],
          "Cmd": ["--port", "6379"], "Image": "godwit/kv", "Labels": {"theirs": "1"},
          "Healthcheck": {"Test": ["CMD", "/kv", "--ping"]}
        },
        "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2", "Aliases": null}}}
      }
      """;

  @Test
  void whatIsNotTheMachinesGoesOverAsItIs() throws JsonProcessingException {
    JsonNode request = ContainerSpec.of(new Container(inspect())).toCreateRequest();
    assertEquals("0123456789ab", request.path("Hostname").asText(), "also an id's");
    assertEquals("1000", request.path("User").asText());
    assertEquals("[\"A=b c\"]", request.path("Env").toString());
    assertEquals("[\"--port\",\"6379\"]", request.path("Cmd").toString());
    JsonNode host = request.path("HostConfig");
    assertEquals(67_108_864, host.path("Memory").asInt());
    assertEquals("[\"no-new-privileges\"]", host.path("SecurityOpt").toString());
    assertEquals("[\"ALL\"]", host.path("CapDrop").toString());
    assertEquals("json-file", host.path("LogConfig").path("Type").asText());
    assertEquals(
        "27001", host.path("PortBindings").path("6379/tcp").path(0).path("HostPort").asText());
  }

  @Test
  void whatIsTheMachinesStaysBehind() throws JsonProcessingException {
    JsonNode request = ContainerSpec.of(new Container(inspect())).toCreateRequest();
    assertFalse(request.has("NetworkingConfig"));
    for (String field :
        List.of(
            "CgroupParent",
            "ContainerIDFile",
            "Runtime",
            "CgroupnsMode",
            "MaskedPaths",
            "ReadonlyPaths")) {
      assertFalse(request.path("HostConfig").has(field), field);
    }
  }

  @Test
  void pathsThatAreNotMaskedOnPurposeStayUnmasked() throws JsonProcessingException {
    ObjectNode inspect = inspect();
    ((ObjectNode) inspect.path("HostConfig")).set("MaskedPaths", JSON.createArrayNode());
    JsonNode host = ContainerSpec.of(new Container(inspect)).toCreateRequest().path("HostConfig");
    assertTrue(host.has("MaskedPaths"));
    assertFalse(host.has("ReadonlyPaths"));
  }

  @Test
  void nothingRestartsItUntilTheMoveIsOver() throws JsonProcessingException {
    ContainerSpec spec = ContainerSpec.of(new Container(inspect()));
    assertEquals(
        "no",
        spec.toCreateRequest().path("HostConfig").path("RestartPolicy").path("Name").asText());
    assertEquals("always", spec.restartPolicy().name());
  }

  @Test
  void anotherProcessBringsNoHealthCheckAndLeavesTheRest() throws JsonProcessingException {
    ContainerSpec spec = ContainerSpec.of(new Container(inspect()));
    JsonNode probe =
        spec.withImage("sha256:aa")
            .withLabels(Map.of("io.godwit.role", "rehearsal"))
            .withProcess(List.of("/.godwit-probe"))
            .toCreateRequest();
    assertEquals("[\"/.godwit-probe\"]", probe.path("Entrypoint").toString());
    assertEquals("[]", probe.path("Cmd").toString());
    assertEquals("[\"NONE\"]", probe.path("Healthcheck").path("Test").toString());
    assertEquals("1000", probe.path("User").asText());
    assertEquals("sha256:aa", probe.path("Image").asText());
    assertEquals(
        "{\"theirs\":\"1\",\"io.godwit.role\":\"rehearsal\"}", probe.path("Labels").toString());
    assertEquals("[\"/kv\"]", spec.toCreateRequest().path("Entrypoint").toString());
  }

  @Test
  void containerIsConnectedToItsOtherNetworksAfterItWasMade() throws JsonProcessingException {
    ObjectNode inspect = inspect();
    inspect.set(
        "NetworkSettings",
        JSON.readTree(
            """
            {"Networks": {"bridge": {"Aliases": null}, "backend": {"Aliases": ["store"]}}}
            """));
    ContainerSpec spec = ContainerSpec.of(new Container(inspect));
    assertFalse(spec.toCreateRequest().has("NetworkingConfig"));
    assertEquals("{backend={\"Aliases\":[\"store\"]}}", spec.furtherNetworks().toString());
  }

  @Test
  void ownNetworksKeepTheirAliasesAndTheAddressThatWasAskedFor() throws JsonProcessingException {
    ObjectNode inspect = inspect();
    ((ObjectNode) inspect.path("HostConfig")).put("NetworkMode", "backend");
    inspect.set(
        "NetworkSettings",
        JSON.readTree(
            """
            {"Networks": {"backend": {"IPAddress": "10.1.0.2", "MacAddress": "02:42", "IPAMConfig": {"IPv4Address": "10.1.0.2"},
              "Aliases": ["0123456789ab", "store"], "DriverOpts": null}}}
            """));
    assertEquals(
        "{\"EndpointsConfig\":{\"backend\":{\"Aliases\":[\"store\"],\"IPAMConfig\":{\"IPv4Address\":\"10.1.0.2\"}}}}",
        ContainerSpec.of(new Container(inspect))
            .toCreateRequest()
            .path("NetworkingConfig")
            .toString());
  }

  @Test
  void onlyPortsThatAreNamedMustBeFree() throws JsonProcessingException {
    assertEquals(
        List.of(new ContainerSpec.PublishedPort("", 27001, "tcp")),
        ContainerSpec.of(new Container(inspect())).publishedPorts());
  }

  @Test
  void everyObstacleIsNamed() throws JsonProcessingException {
    ObjectNode inspect = inspect();
    assertEquals(List.of(), Obstacles.of(new Container(inspect)));
    ((ObjectNode) inspect.path("HostConfig")).put("NetworkMode", "container:other");
    ((ObjectNode) inspect.path("HostConfig")).putArray("VolumesFrom").add("other");
    assertEquals(2, Obstacles.of(new Container(inspect)).size());
    assertFalse(ContainerSpec.of(new Container(inspect)).toCreateRequest().has("Hostname"));
  }

  @Test
  void somethingElseIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ContainerSpec.of(new Container(JSON.createObjectNode().put("Config", "x"))));
  }

  private static ObjectNode inspect() throws JsonProcessingException {
    return (ObjectNode) JSON.readTree(INSPECT);
  }
}
