package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AsAskedTest {
  @Test
  void unsetIsUnsetInEveryWayOfSayingIt() throws JsonProcessingException {
    assertTrue(
        differences(
                """
                {"HostConfig": {"Memory": 0, "Dns": [], "OomKillDisable": false, "Runtime": "",
                  "Ulimits": null, "ConsoleSize": [0, 0]}, "Cmd": []}
                """,
                """
                {"HostConfig": {"ConsoleSize": [24, 80], "Dns": null}, "Config": {}}
                """)
            .isEmpty());
  }

  @Test
  void limitThatTheKernelCannotKeepIsNamed() throws JsonProcessingException {
    assertEquals(
        List.of(
            "The Engine of this device makes the container otherwise: HostConfig.MemorySwap is 2048 there and -1 here."),
        differences(
            "{\"HostConfig\": {\"Memory\": 1024, \"MemorySwap\": 2048}}",
            "{\"HostConfig\": {\"Memory\": 1024, \"MemorySwap\": -1}}"));
  }

  @Test
  void fieldThatAnOlderEngineDoesNotKnowIsNamed() throws JsonProcessingException {
    assertEquals(
        List.of(
            "The Engine of this device makes the container otherwise: HostConfig.Annotations.a is \"b\" there and not known here.",
            "The Engine of this device makes the container otherwise: Config.Hostname is \"x\" there and \"y\" here."),
        differences(
            "{\"HostConfig\": {\"Annotations\": {\"a\": \"b\"}}, \"Hostname\": \"x\"}",
            "{\"HostConfig\": {\"Annotations\": {}}, \"Config\": {\"Hostname\": \"y\"}}"));
  }

  @Test
  void whatTheEngineAddsIsItsOwn() throws JsonProcessingException {
    assertTrue(
        differences(
                "{\"Env\": [\"A=1\"], \"HostConfig\": {\"NetworkMode\": \"default\"}}",
                "{\"Config\": {\"Env\": [\"A=1\", \"PATH=/bin\"]}, \"HostConfig\": {\"NetworkMode\": \"bridge\"}}")
            .isEmpty());
  }

  @Test
  void elementOfAListMayLeaveOutWhatIsUnset() throws JsonProcessingException {
    assertTrue(
        differences(
                "{\"HostConfig\": {\"Mounts\": [{\"Target\": \"/a\", \"ReadOnly\": false}]}}",
                "{\"HostConfig\": {\"Mounts\": [{\"Target\": \"/a\"}]}}")
            .isEmpty());
    assertEquals(
        1,
        differences(
                "{\"HostConfig\": {\"Mounts\": [{\"Target\": \"/a\", \"ReadOnly\": true}]}}",
                "{\"HostConfig\": {\"Mounts\": [{\"Target\": \"/a\"}]}}")
            .size());
  }

  private static List<String> differences(String request, String inspect)
      throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    return AsAsked.differences(json.readTree(request), json.readTree(inspect));
  }
}
