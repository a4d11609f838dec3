package io.godwit.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Maps, lists, texts, numbers and truths as JSON, two spaces for each level. */
final class Json {
  private static final char LAST_CONTROL = 0x1f;

  private final StringBuilder text = new StringBuilder();

  private Json() {}

  static String of(Object value) {
    Json json = new Json();
    json.value(value, 0);
    return json.text.toString();
  }

  private void value(Object value, int level) {
    switch (value) {
      case Map<?, ?> map -> {
        open('{');
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
          Map.Entry<?, ?> entry = entries.next();
          indent(level + 1);
          quoted(String.valueOf(entry.getKey()));
          text.append(": ");
          value(entry.getValue(), level + 1);
          text.append(entries.hasNext() ? "," : "");
        }
        close('}', level, map.isEmpty());
      }
      case List<?> list -> {
        open('[');
        Iterator<?> elements = list.iterator();
        while (elements.hasNext()) {
          indent(level + 1);
          value(elements.next(), level + 1);
          text.append(elements.hasNext() ? "," : "");
        }
        close(']', level, list.isEmpty());
      }
      case Number number -> text.append(number);
      case Boolean truth -> text.append(truth);
      default -> quoted(value.toString());
    }
  }

  private void open(char bracket) {
    text.append(bracket);
  }

  private void close(char bracket, int level, boolean empty) {
    if (!empty) {
      indent(level);
    }
    text.append(bracket);
  }

  private void indent(int level) {
    text.append('\n').append("  ".repeat(level));
  }

  private void quoted(String word) {
    text.append('"');
    for (int place = 0; place < word.length(); place++) {
      char letter = word.charAt(place);
      switch (letter) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        default -> {
          if (letter <= LAST_CONTROL) {
            text.append("\\u%04x".formatted((int) letter));
          } else {
            text.append(letter);
          }
        }
      }
    }
    text.append('"');
  }
}
