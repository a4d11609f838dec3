package io.godwit.batch.file;

import static io.godwit.batch.file.Fields.text;
import static io.godwit.batch.file.Fields.wrong;

import io.godwit.contract.Amount;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;

/** Single values. */
final class Words {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})\\s*%");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private Words() {}

  static int number(Node node) throws BatchFileException {
    String text = text(node);
    if (!NUMBER.matcher(text).matches() || Integer.parseInt(text) == 0) {
      throw wrong(node, "'%s' is no whole number from 1 on".formatted(text));
    }
    return Integer.parseInt(text);
  }

  static double factor(Node node) throws BatchFileException {
    try {
      return Double.parseDouble(text(node));
    } catch (NumberFormatException e) {
      throw wrong(node, "'%s' is no number".formatted(text(node)));
    }
  }

  static boolean yes(Node node) throws BatchFileException {
    return switch (text(node)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(node, "'%s' is neither true nor false".formatted(text(node)));
    };
  }

  static long millis(Node node) throws BatchFileException {
    Matcher words = DURATION.matcher(text(node));
    if (!words.matches() || Long.parseLong(words.group(1)) == 0) {
      throw wrong(node, "'%s' is no time such as 500ms, 60s, 2m, 1h or 7d".formatted(text(node)));
    }
    long number = Long.parseLong(words.group(1));
    return switch (words.group(2)) {
      case "ms" -> number;
      case "m" -> number * 60_000;
      case "h" -> number * 3_600_000;
      case "d" -> number * 86_400_000;
      default -> number * 1000;
    };
  }

  static Amount amount(Node node) throws BatchFileException {
    Matcher percent = PERCENT.matcher(text(node));
    if (!percent.matches()) {
      return Amount.newBuilder().setCount(number(node)).build();
    }
    int number = Integer.parseInt(percent.group(1));
    if (number < 1 || number > 100) {
      throw wrong(node, "'%s' is not from 1%% to 100%%".formatted(text(node)));
    }
    return Amount.newBuilder().setPercent(number).build();
  }

  /** One of some words. */
  static <T> T choice(Node node, Map<String, T> words) throws BatchFileException {
    String text = text(node);
    if (!words.containsKey(text)) {
      throw wrong(
          node,
          "'%s' is none of: %s".formatted(text, String.join(", ", new TreeMap<>(words).keySet())));
    }
    return words.getOrDefault(text, words.values().iterator().next());
  }

  static Map<String, String> labels(Node node) throws BatchFileException {
    Map<String, String> labels = new TreeMap<>();
    for (Map.Entry<String, Node> label : Fields.map(node).entrySet()) {
      labels.put(label.getKey(), text(label.getValue()));
    }
    return labels;
  }
}
