package io.godwit.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The questions that alarms and dashboards put to Prometheus. */
final class Queries {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What an alarm's expression ends with; what stands before it must have an answer always. */
  private static final Pattern COMPARISON = Pattern.compile("\\s[<>]\\s[0-9.]+(e[+-][0-9]+)?$");

  private Queries() {}

  /** Every expression of every panel, as Grafana would send it. */
  static List<String> ofDashboards(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> found = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        JSON.readTree(file.toFile())
            .path("panels")
            .forEach(panel ->
                panel.path("targets").forEach(target -> found.add(target.path("expr").asText())));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What every alarm that this Prometheus has loaded compares. */
  static List<String> ofAlarms(String prometheus) {
    List<String> found = new ArrayList<>();
    get(prometheus + "/api/v1/rules?type=alert")
        .path("data")
        .path("groups")
        .forEach(group ->
            group
                .path("rules")
                .forEach(rule ->
                    found.add(COMPARISON.matcher(rule.path("query").asText()).replaceFirst(""))));
    return found;
  }

  /** Whether it has anything to say to that, and no word of trouble. */
  static boolean isAnswered(String prometheus, String query) {
    JsonNode answer =
        get(prometheus + "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    return answer.path("status").asText().equals("success")
        && !answer.path("data").path("result").isEmpty();
  }

  private static JsonNode get(String address) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return JSON.readTree(
          client
              .send(
                  HttpRequest.newBuilder(URI.create(address)).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
