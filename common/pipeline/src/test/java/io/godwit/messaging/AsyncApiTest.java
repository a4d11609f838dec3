package io.godwit.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** common/asyncapi.yaml says what the code does. */
final class AsyncApiTest {
  private static final Path FILE = Path.of("../asyncapi.yaml");
  private static final String RENEWS =
      "mvn -pl common/pipeline -am test -Dtest=AsyncApiTest -Dgodwit.renew=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  @Test
  void fileIsWhatTheInventoryOfTopicsGives() throws IOException {
    String now =
        "# Made of the code: "
            + RENEWS.replace(" -Dsurefire", " \\\n#   -Dsurefire")
            + "\n"
            + Yaml.write(AsyncApi.document());
    if (Boolean.getBoolean("godwit.renew")) {
      Files.writeString(FILE, now);
    }
    assertEquals(
        now,
        Files.exists(FILE) ? Files.readString(FILE) : "",
        "asyncapi.yaml is not what the code says. Renew it: " + RENEWS);
  }

  @Test
  void everythingThatItRefersToIsThere() {
    Map<String, Object> document = AsyncApi.document();
    assertTrue(references(document, document) > 3 * Topic.values().length);
  }

  /** Looks for all of them from here on down; how many there were. */
  private static int references(Map<String, Object> document, Object from) {
    return switch (from) {
      case Map<?, ?> map -> {
        int found = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          if (entry.getKey().equals("$ref")) {
            resolve(document, entry.getValue().toString());
            found++;
          }
          found += references(document, entry.getValue());
        }
        yield found;
      }
      case List<?> list -> list.stream().mapToInt(item -> references(document, item)).sum();
      default -> 0;
    };
  }

  private static void resolve(Map<String, Object> document, String reference) {
    if (!reference.startsWith("#/")) {
      assertTrue(Files.exists(FILE.resolveSibling(reference)), reference);
      return;
    }
    Object at = document;
    for (String name : Arrays.asList(reference.substring(2).split("/"))) {
      at = at instanceof Map<?, ?> map && map.containsKey(name) ? map.get(name) : reference;
    }
    assertTrue(at instanceof Map, reference + " leads nowhere");
  }
}
