package io.godwit.agent.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.agent.proof.EndOfRestored.End;
import io.godwit.docker.Container;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EndTest {
  @Test
  void whatHasEndedIsToldWithItsTimes() throws IOException {
    assertEquals(
        Optional.of(
            new End(
                3,
                false,
                Instant.parse("2026-11-26T20:11:24.6Z"),
                Instant.parse("2026-11-26T20:11:24.7Z"))),
        end(
            """
            {"Status": "exited", "ExitCode": 3,
             "StartedAt": "2026-11-26T20:11:24.6Z", "FinishedAt": "2026-11-26T20:11:24.7Z"}\
            """));
  }

  @Test
  void whatWasNeverStartedHasNotEnded() throws IOException {
    assertEquals(
        Optional.empty(),
        end(
            """
            {"Status": "created", "ExitCode": 0,
             "StartedAt": "0001-01-01T00:00:00Z", "FinishedAt": "0001-01-01T00:00:00Z"}\
            """));
  }

  private static Optional<End> end(String state) throws IOException {
    return End.of(Container.parse("{\"State\": " + state + "}").state());
  }
}
