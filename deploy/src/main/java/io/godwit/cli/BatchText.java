package io.godwit.cli;

import io.godwit.batch.plan.View;
import io.godwit.batch.plan.Wait;
import java.io.PrintStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A batch as lines for people, and as JSON. */
final class BatchText {
  private BatchText() {}

  static void print(View view, PrintStream out) {
    out.printf("Batch %s %s%n", view.id(), view.name());
    out.printf(
        "%s, asked for by %s at %s, wave %d of %d%n",
        view.stage(), view.by(), view.askedAt(), view.wave(), view.waves().size());
    view.messages().forEach(message -> out.println("  " + message));
    for (Wait wait : view.waits()) {
      out.printf("Waits (%s): %s.%n", wait.kind(), wait.words());
    }
    String waves = "%6s %8s %8s %10s %8s%n";
    out.printf(waves, "WAVE", "MEMBERS", "OPEN", "SUCCEEDED", "FAILED");
    for (View.Wave wave : view.waves()) {
      out.printf(waves, wave.number(), wave.size(), wave.open(), wave.succeeded(), wave.failed());
    }
    String row = "%4s %5s  %-24s %-16s %-16s %-12s %10s %10s %10s  %s%n";
    out.printf(
        Locale.ROOT,
        row,
        "NO",
        "WAVE",
        "CONTAINER",
        "FROM",
        "TO",
        "STATE",
        "PREDICTED",
        "FROZEN",
        "MiB",
        "WAY AND LAST WORD");
    for (View.Line line : view.members()) {
      out.printf(
          Locale.ROOT,
          row,
          line.index(),
          line.wave(),
          line.name(),
          line.host(),
          line.device(),
          line.state(),
          millis(line.predictedMs()),
          millis(line.frozenMs()),
          "%.1f".formatted(line.bytes() / 1048576.0),
          (line.way() + "  " + line.message().replace('\n', ' ')).strip());
      line.reasons().forEach(reason -> out.println("            " + reason));
      line.warnings().forEach(warning -> out.println("            Warning: " + warning));
    }
    if (!view.about().isZero()) {
      out.printf(
          "What is left takes about %s, if nothing else is moved.%n",
          Durations.words(view.about()));
    }
  }

  private static String millis(long millis) {
    return millis == 0 ? "" : millis + " ms";
  }

  static Map<String, Object> tree(View view) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("id", view.id());
    tree.put("name", view.name());
    tree.put("by", view.by());
    tree.put("askedAt", view.askedAt());
    tree.put("stage", view.stage());
    tree.put("messages", view.messages());
    tree.put("wave", view.wave());
    tree.put("aboutSeconds", view.about().toSeconds());
    tree.put("waits", view.waits().stream().map(BatchText::tree).toList());
    tree.put("waves", view.waves().stream().map(BatchText::tree).toList());
    tree.put("members", view.members().stream().map(BatchText::tree).toList());
    return tree;
  }

  private static Map<String, Object> tree(Wait wait) {
    return Map.of("kind", wait.kind(), "words", wait.words());
  }

  private static Map<String, Object> tree(View.Wave wave) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("number", wave.number());
    tree.put("members", wave.size());
    tree.put("open", wave.open());
    tree.put("succeeded", wave.succeeded());
    tree.put("failed", wave.failed());
    return tree;
  }

  private static Map<String, Object> tree(View.Line line) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("member", line.index());
    tree.put("container", line.name());
    tree.put("from", line.host());
    tree.put("to", line.device());
    tree.put("wave", line.wave());
    tree.put("state", line.state());
    tree.put("attempts", line.attempts());
    tree.put("migration", line.migrationId());
    tree.put("way", line.way());
    tree.put("predictedFreezeMs", line.predictedMs());
    tree.put("frozenMs", line.frozenMs());
    tree.put("bytes", line.bytes());
    tree.put("message", line.message());
    tree.put("reasons", line.reasons());
    tree.put("warnings", line.warnings());
    return tree;
  }

  static void list(List<View> views, Instant now, PrintStream out) {
    String row = "%-36s  %-10s %-20s %6s %9s %7s %-12s %s%n";
    out.printf(row, "BATCH", "STAGE", "NAME", "OPEN", "SUCCEEDED", "FAILED", "ASKED", "WAITS FOR");
    for (View view : views) {
      out.printf(
          row,
          view.id(),
          view.stage(),
          view.name(),
          view.waves().stream().mapToInt(View.Wave::open).sum(),
          view.waves().stream().mapToInt(View.Wave::succeeded).sum(),
          view.waves().stream().mapToInt(View.Wave::failed).sum(),
          DevicesCommand.age(now.toEpochMilli() - view.askedAt().toEpochMilli()),
          view.waits().isEmpty() ? "" : view.waits().getFirst().words());
    }
  }
}
