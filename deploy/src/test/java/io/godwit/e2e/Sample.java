package io.godwit.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * A small container in which settings are tried: several in one where they go together, since each
 * move takes its time.
 *
 * @param name of the container
 * @param options of {@code docker run}, before the image
 * @param migrate further options of {@code godwit migrate}
 * @param settings what is tried in it
 * @param refusal words of the reason why it does not move; empty where it moves
 */
record Sample(
    String name,
    List<String> options,
    List<String> migrate,
    List<Setting> settings,
    String refusal) {
  static Sample moves(String name, List<String> options, Setting... settings) {
    return new Sample(name, options, List.of(), List.of(settings), "");
  }

  static Sample refused(String name, List<String> options, String words, Setting... settings) {
    return new Sample(name, options, List.of(), List.of(settings), words);
  }

  Sample by(String... migrateOptions) {
    return new Sample(name, options, List.of(migrateOptions), settings, refusal);
  }

  boolean moves() {
    return refusal.isEmpty();
  }

  /** The program that holds everything: Python for {@code python3 -c}. */
  String program(String prelude) {
    StringBuilder program = new StringBuilder(prelude);
    for (Setting setting : settings) {
      if (!setting.holds().isEmpty()) {
        program
            .append("\n@holds('%s')\ndef _():\n".formatted(setting.name().replace("'", "\\'")))
            .append(setting.holds().indent(4));
      }
    }
    return program.append("\nrun()\n").toString();
  }

  /** The whole call that starts it, after {@code docker}. */
  List<String> run(String prelude, List<String> machineOptions) {
    List<String> call = new ArrayList<>(List.of("run", "--detach", "--name", name));
    call.addAll(machineOptions);
    call.addAll(options);
    call.addAll(List.of("godwit/stock", "python3", "-c", program(prelude)));
    return call;
  }
}
