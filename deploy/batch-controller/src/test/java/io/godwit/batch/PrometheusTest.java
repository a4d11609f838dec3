package io.godwit.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.batch.spec.Gate.Answer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusTest {
  private static String vector(String... values) {
    StringBuilder samples = new StringBuilder();
    for (String value : values) {
      samples.append(samples.isEmpty() ? "" : ",");
      samples.append("{\"metric\":{\"job\":\"a\"},\"value\":[1764201600.1,\"" + value + "\"]}");
    }
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[%s]}}"
        .formatted(samples);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "0.5, true", "-1, true", "0, false", "NaN, false"})
  void oneSampleThatIsNotZeroHolds(String value, boolean holds) {
    assertEquals(holds, Prometheus.read(vector(value)) instanceof Answer.Holds);
    assertEquals(holds, Prometheus.read(vector("1", value)) instanceof Answer.Holds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}",
        "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}",
        "<html>",
        "{",
        "''",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"0\"]}}",
      })
  void everythingElseIsNo(String body) {
    assertEquals(false, Prometheus.read(body) instanceof Answer.Holds);
  }
}
