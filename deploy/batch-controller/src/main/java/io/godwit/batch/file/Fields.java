package io.godwit.batch.file;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The keys that stand under one another, and what is done with each; any other is refused. */
final class Fields {
  /** Takes what stands behind a key. */
  @FunctionalInterface
  interface Taker {
    void take(Node value) throws BatchFileException;
  }

  private final String where;
  private final Map<String, Taker> takers = new LinkedHashMap<>();

  Fields(String where) {
    this.where = where;
  }

  Fields on(String key, Taker taker) {
    takers.put(key, taker);
    return this;
  }

  void read(Node node) throws BatchFileException {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(node, "%s has keys: %s".formatted(where, expected()));
    }
    Map<String, Node> seen = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode());
      Optional<Taker> taker = Optional.ofNullable(takers.get(key));
      if (taker.isEmpty()) {
        throw wrong(
            tuple.getKeyNode(),
            "there is no '%s' in %s; there is: %s".formatted(key, where, expected()));
      }
      if (seen.put(key, tuple.getKeyNode()) != null) {
        throw wrong(tuple.getKeyNode(), "'%s' stands twice in %s".formatted(key, where));
      }
      taker.get().take(tuple.getValueNode());
    }
  }

  private String expected() {
    return String.join(", ", takers.keySet());
  }

  static String text(Node node) throws BatchFileException {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw wrong(node, "one word or number is expected here");
  }

  /** Each of a list; a single value is a list of one. */
  static void each(Node node, Taker taker) throws BatchFileException {
    if (node instanceof SequenceNode sequence) {
      for (Node one : sequence.getValue()) {
        taker.take(one);
      }
    } else {
      taker.take(node);
    }
  }

  /** Names and values that are the writer's own. */
  static Map<String, Node> map(Node node) throws BatchFileException {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(node, "names and values are expected here");
    }
    Map<String, Node> map = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      map.put(text(tuple.getKeyNode()), tuple.getValueNode());
    }
    return map;
  }

  static BatchFileException wrong(Node node, String message) {
    return new BatchFileException(node.getStartMark().map(Mark::getLine).orElse(0) + 1, message);
  }
}
