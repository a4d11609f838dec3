package io.godwit.cli;

import io.godwit.messaging.Grant;
import io.godwit.messaging.Party;
import io.godwit.service.Setting;
import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The file that says whom Kafka knows the services by, a line each; empty lines and those that
 * begin with # say nothing:
 *
 * <pre>
 * checkpointer HOST User:NAME
 * converter User:NAME
 * agent DEVICE User:NAME
 * operator User:NAME
 * </pre>
 */
final class Principals {
  private static final String FORM =
      "checkpointer HOST User:NAME, converter User:NAME, agent DEVICE User:NAME, batch-controller User:NAME or operator User:NAME";

  private Principals() {}

  /**
   * @throws SettingsException when the file cannot be read or a line is none of these; names all
   *     such lines
   */
  static List<Grant> read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new SettingsException(
          "the file of principals %s cannot be read: %s".formatted(file, e), e);
    }
    List<Grant> grants = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        grants.add(parse(line));
      } catch (SettingsException e) {
        wrong.add("%s:%d: %s".formatted(file, i + 1, e.getMessage()));
      }
    }
    if (!wrong.isEmpty()) {
      throw new SettingsException(String.join("\n", wrong));
    }
    return grants;
  }

  private static Grant parse(String line) {
    // The name of a certificate's owner may have spaces: it is all that is left.
    int colon = line.indexOf("User:");
    String[] words = line.substring(0, Math.max(colon, 0)).strip().split("\\s+", -1);
    if (colon < 0 || colon + "User:".length() == line.length()) {
      throw new SettingsException("'%s' is not %s".formatted(line, FORM));
    }
    String principal = line.substring(colon);
    return switch (words.length + " " + words[0]) {
      case "2 checkpointer" ->
          new Grant(new Party.Checkpointer(machine(Setting.HOST, words[1])), principal);
      case "2 agent" -> new Grant(agent(words[1]), principal);
      case "1 converter" -> new Grant(new Party.Converter(), principal);
      case "1 batch-controller" -> new Grant(new Party.BatchController(), principal);
      case "1 operator" -> new Grant(new Party.Operator(), principal);
      default -> throw new SettingsException("'%s' is not %s".formatted(line, FORM));
    };
  }

  /**
   * @throws SettingsException when the name can be no device's
   */
  static Party.Agent agent(String device) {
    return new Party.Agent(machine(Setting.DEVICE, device));
  }

  /** As the service itself would take it. */
  private static String machine(Setting setting, String name) {
    Settings settings = new Settings(Map.of(setting.variable(), name));
    return setting == Setting.HOST ? settings.host() : settings.device();
  }
}
