package io.godwit.batch;

import io.godwit.batch.spec.Gate;
import io.godwit.batch.spec.Gate.Answer;
import io.godwit.service.Threads;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Asks gates' queries (HTTP API, {@code GET /api/v1/query}), beside the one who asks. Whatever is
 * no clear yes is a no.
 */
final class Prometheus {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Optional<URI> base;
  private final Threads threads;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  Prometheus(Optional<URI> base, Threads threads) {
    this.base = base;
    this.threads = threads;
  }

  /** The answer, once it is there; then it is forgotten, and the next call asks anew. */
  Optional<Answer> ask(String gate, String query) {
    if (base.isEmpty()) {
      return Optional.of(new Answer.Not("no Prometheus is set (GODWIT_PROMETHEUS)"));
    }
    Optional<Answer> answer = Optional.ofNullable(answers.remove(gate));
    if (answer.isPresent()) {
      asked.remove(gate);
    } else if (asked.add(gate)) {
      threads.start("gate", () -> answers.put(gate, fetch(base.get(), query)));
    }
    return answer;
  }

  private static Answer fetch(URI base, String query) {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      String path = base.getPath().replaceFirst("/$", "") + "/api/v1/query?query=";
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(
                      base.resolve(path + URLEncoder.encode(query, StandardCharsets.UTF_8)))
                  .timeout(PATIENCE)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return read(response.body());
    } catch (IOException | IllegalArgumentException e) {
      return new Answer.Not("Prometheus does not answer: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Not("it was not asked to the end");
    }
  }

  /** Of the body of an answer. */
  static Gate.Answer read(String body) {
    try {
      // JSON is YAML.
      Object parsed = new Load(LoadSettings.builder().build()).loadFromString(body);
      if (!(parsed instanceof Map<?, ?> answer)
          || !"success".equals(answer.get("status"))
          || !(answer.get("data") instanceof Map<?, ?> data)) {
        return new Answer.Not("Prometheus refuses the query: " + body.strip());
      }
      List<String> values = values(data);
      if (values.isEmpty()) {
        return new Answer.Not("the query has no samples");
      }
      return values.stream().anyMatch(Prometheus::isNo)
          ? new Answer.Not("the query says " + String.join(", ", values))
          : new Answer.Holds();
    } catch (YamlEngineException e) {
      return new Answer.Not("Prometheus answers something else than JSON");
    }
  }

  /** A sample is {@code [time, "value"]}; a scalar is one, a vector's elements have one each. */
  private static List<String> values(Map<?, ?> data) {
    if (!(data.get("result") instanceof List<?> result)) {
      return List.of();
    }
    if ("scalar".equals(data.get("resultType")) && result.size() == 2) {
      return List.of(String.valueOf(result.get(1)));
    }
    return result.stream()
        .map(one ->
            one instanceof Map<?, ?> sample
                    && sample.get("value") instanceof List<?> pair
                    && pair.size() == 2
                ? String.valueOf(pair.get(1))
                : "no value")
        .toList();
  }

  private static boolean isNo(String value) {
    try {
      double number = Double.parseDouble(value);
      return number == 0 || Double.isNaN(number);
    } catch (NumberFormatException e) {
      return true;
    }
  }
}
