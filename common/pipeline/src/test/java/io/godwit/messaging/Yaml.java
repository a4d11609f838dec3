package io.godwit.messaging;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes maps, lists, texts and numbers as YAML in block style. */
final class Yaml {
  /** What needs no quotes: it cannot be taken for anything but a text. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");

  private Yaml() {}

  static String write(Map<String, Object> document) {
    StringBuilder text = new StringBuilder();
    map(text, document, 0);
    return text.toString();
  }

  private static void map(StringBuilder text, Map<?, ?> map, int indent) {
    map.forEach((key, value) -> {
      text.append("  ".repeat(indent)).append(scalar(key)).append(':');
      value(text, value, indent + 1);
    });
  }

  private static void value(StringBuilder text, Object value, int indent) {
    switch (value) {
      case Map<?, ?> map -> {
        text.append('\n');
        map(text, map, indent);
      }
      case List<?> list -> {
        text.append('\n');
        for (Object item : list) {
          text.append("  ".repeat(indent)).append('-');
          item(text, item, indent + 1);
        }
      }
      default -> text.append(' ').append(scalar(value)).append('\n');
    }
  }

  /** A map's first line stands beside the dash. */
  private static void item(StringBuilder text, Object item, int indent) {
    if (item instanceof Map<?, ?> map) {
      StringBuilder block = new StringBuilder();
      map(block, map, indent);
      text.append(' ').append(block.substring(2 * indent));
    } else {
      value(text, item, indent);
    }
  }

  private static String scalar(Object value) {
    String text = value.toString();
    boolean plain = value instanceof Number || PLAIN.matcher(text).matches();
    return plain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
