package io.godwit.batch.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.batch.spec.Amount;
import io.godwit.batch.spec.Outcome;
import io.godwit.batch.spec.Spec;
import io.godwit.batch.spec.SpecReader;
import io.godwit.batch.spec.Window;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchFileTest {
  private static final String WHOLE =
      """
      name: the shop moves
      from:
        - hosts: [ada, bob]
          labels: {app: shop}
        - image: redis:7
          containers: cache
      to:
        labels: {rack: b2}
        placement: pack
        cpu-features: [avx2]
      waves: [1, 5, 20%]
      rate: {per-minute: 10, factor: 1.5, every: 20}
      gate: {then: pause, soak: 5m, query: 'errors < 0.01'}
      stop: {batch: 20%, wave: 3, ignore: [refused, in-doubt], minimum: 10}
      limits: {overall: 50, per-host: 4, per-device: 2}
      timeouts: {start: 1m, migration: 10m, per-gib: 30s, batch: 2d, phases: {freezing: 20s}}
      retry: {times: {failed: 2, device-memory: 3}, backoff: 10s, factor: 3, most: 5m}
      window: {cron: 0 22 * * 1-5, zone: Europe/Berlin, duration: 4h, end: abort}
      approval: true
      follow: true
      defaults: {freeze-budget: 10s, remove-source: true, tcp: keep}
      policies:
        - labels: {tier: db}
          freeze-budget: 2s
        - labels: {tier: ""}
          skip: true
      """;

  private static Spec spec(String yaml) throws BatchFileException {
    var request = BatchFile.read(yaml).setBatchId("00000000-0000-0000-0000-000000000001").build();
    SpecReader.Reading reading = SpecReader.read(request);
    assertEquals(List.of(), reading.problems());
    return reading.spec();
  }

  @Test
  void everyKeyMeansWhatItSays() throws Exception {
    Spec spec = spec(WHOLE);
    assertEquals("the shop moves", spec.name());
    assertEquals(2, spec.sources().size());
    assertTrue(spec.sources().get(0).selects("ada", "i", "n", "x", Map.of("app", "shop")));
    assertTrue(spec.sources().get(1).selects("cyd", "i", "cache", "redis:7", Map.of()));
    assertTrue(spec.targets().packed());
    assertEquals(List.of(1, 5, 5, 5, 5, 5), spec.waves().split(26));
    assertEquals(10, spec.rate().orElseThrow().perMinute());
    assertEquals(Duration.ofMinutes(5), spec.gate().soak());
    assertTrue(spec.gate().pauses());
    assertEquals(Optional.of(Amount.percent(20)), spec.stop().batch());
    assertEquals(Optional.of(Amount.count(3)), spec.stop().wave());
    assertEquals(Set.of(Outcome.REFUSED, Outcome.IN_DOUBT), spec.stop().ignored());
    assertEquals(50, spec.limits().overall());
    assertEquals(Duration.ofSeconds(20), spec.timeouts().phases().get("freezing"));
    assertEquals(3, spec.retries().times().get("device-memory"));
    assertEquals(Window.End.ABORT, spec.window().orElseThrow().end());
    assertTrue(spec.approval() && spec.follow());
    assertEquals(
        Duration.ofSeconds(2), spec.policy(spec.policyFor(Map.of("tier", "db"))).freezeBudget());
    assertTrue(spec.policy(spec.policyFor(Map.of("tier", "web"))).skipped());
    assertEquals(Duration.ofSeconds(10), spec.policy(spec.policyFor(Map.of())).freezeBudget());
  }

  @Test
  void littleIsEnough() throws Exception {
    Spec spec = spec("from: {hosts: ada}");
    assertEquals(5, spec.limits().overall());
    assertEquals(2, spec.limits().perHost());
    assertEquals(1, spec.limits().perDevice());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from: {hosts: a}\\nwave: 3 | line 2: there is no 'wave' in a batch; there is: name, from, to, waves",
        "from:\\n  - host: a | line 2: there is no 'host' in from; there is: hosts, labels, image, containers",
        "from: {hosts: a}\\nwaves: [0] | line 2: '0' is no whole number from 1 on",
        "from: {hosts: a}\\nwaves: [0%] | line 2: '0%' is not from 1% to 100%",
        "from: {hosts: a}\\nwaves: [101%] | line 2: '101%' is not from 1% to 100%",
        "from: {hosts: a}\\ngate: {then: stop} | line 2: 'stop' is none of: next, pause",
        "from: {hosts: a}\\ngate: {soak: 5} | line 2: '5' is no time such as 500ms",
        "from: {hosts: a}\\n\\nfrom: {hosts: b} | line 3: 'from' stands twice in a batch",
        "from: {hosts: a | line 1: this is no YAML",
        "[1] | line 1: a batch has keys: name, from",
      })
  void whatIsNotKnownIsRefusedWithItsLineAndWhatIs(String yaml, String message) {
    BatchFileException refused =
        assertThrows(
            BatchFileException.class, () -> BatchFile.read(yaml.replace("\\n", "\n").strip()));
    assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
  }
}
