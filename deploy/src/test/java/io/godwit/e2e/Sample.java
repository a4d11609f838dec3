package io.godwit.e2e;

import io.godwit.refusal.RefusalKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A small container in which settings are tried: several in one where they go together, since each
 * move takes its time.
 *
 * @param name of the container
 * @param options of {@code docker run}, before the image
 * @param migrate further options of {@code godwit migrate}
 * @param settings what is tried in it
 * @param refusal why it does not move; empty where it moves
 * @param needs what it needs around it
 */
record Sample(
    String name,
    List<String> options,
    List<String> migrate,
    List<Setting> settings,
    Optional<RefusalKind> refusal,
    Needs needs) {

  /**
   * What a sample needs around it.
   *
   * @param source shell commands that prepare the source machine
   * @param target shell commands that prepare the target machine
   * @param after shell commands that clean both up, also before
   * @param allCapabilities it starts on the virtual machine, where root may do everything; this
   *     machine may run in a container or jail where it may not
   */
  record Needs(String source, String target, String after, boolean allCapabilities) {
    static final Needs NOTHING = new Needs("", "", "", false);
  }

  static Sample moves(String name, List<String> options, Setting... settings) {
    return new Sample(name, options, List.of(), List.of(settings), Optional.empty(), Needs.NOTHING);
  }

  static Sample refused(String name, List<String> options, RefusalKind kind, Setting... settings) {
    return new Sample(
        name, options, List.of(), List.of(settings), Optional.of(kind), Needs.NOTHING);
  }

  Sample by(String... migrateOptions) {
    return new Sample(name, options, List.of(migrateOptions), settings, refusal, needs);
  }

  Sample needing(String source, String target, String after) {
    return with(new Needs(source, target, after, needs.allCapabilities));
  }

  Sample needingAllCapabilities() {
    return with(new Needs(needs.source, needs.target, needs.after, true));
  }

  private Sample with(Needs other) {
    return new Sample(name, options, migrate, settings, refusal, other);
  }

  Sample named(String other) {
    return new Sample(other, options, migrate, settings, refusal, needs);
  }

  boolean moves() {
    return refusal.isEmpty();
  }

  /** The program that holds everything: Python for {@code python3 -c}. */
  private String program(String prelude) {
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

  @Override
  public String toString() {
    return name;
  }
}
