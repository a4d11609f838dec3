package io.godwit.agent.ready;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadyingTest {
  private static ContainerSpec spec() throws IOException {
    return ContainerSpec.of(
        Container.parse(
            """
            {"Name":"/web","Config":{},"HostConfig":{"PortBindings":{
              "80/tcp":[{"HostIp":"","HostPort":"8080"}],
              "53/udp":[{"HostIp":"","HostPort":"5353"}]}}}
            """));
  }

  @Test
  void ofTwoThatWaitForOnePortTheSecondIsRefusedByItsName() {
    String said =
        "driver failed programming external connectivity on endpoint web (c0ffee):"
            + " Bind for 0.0.0.0:8080 failed: port is already allocated";
    RefusedException refused =
        assertThrows(RefusedException.class, () -> Readying.requirePorts(spec(), said));
    assertEquals(List.of("8080/tcp"), refused.refusals().stream().map(Refusal::subject).toList());
    assertEquals(RefusalKind.PORT, refused.refusals().getFirst().kind());
  }

  @Test
  void anotherReasonOfTheEnginesIsNone() {
    assertDoesNotThrow(() -> Readying.requirePorts(spec(), "no space left on device"));
    assertDoesNotThrow(() ->
        Readying.requirePorts(spec(), "Bind for 0.0.0.0:80801 failed: port is already allocated"));
  }
}
