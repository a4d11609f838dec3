package io.godwit.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Takes a {@link Sample} along a {@link Road} and tells everything that is not as it was. */
final class SampleRun implements AutoCloseable {
  private static final int TICKS = 4;
  private static final String UNTOUCHED =
      "{{.State.StartedAt}} {{.State.Pid}} {{.HostConfig.RestartPolicy.Name}}";

  private final Sample sample;
  private final Road road;
  private final String there;

  private SampleRun(Sample sample, Road road) {
    this.sample = sample;
    this.road = road;
    this.there = road.nameThere(sample.name());
  }

  /** Starts it, with what it needs around it, and waits until it ticks. */
  static SampleRun start(Sample sample, Road road, String prelude, List<String> machineOptions) {
    SampleRun run = new SampleRun(sample, road);
    run.close();
    shell(road.from(), sample.needs().source()).orFail();
    shell(road.to(), sample.needs().target()).orFail();
    road.from().docker().run(sample.run(prelude, machineOptions).toArray(String[]::new)).orFail();
    awaitTicks(road.from(), sample.name(), TICKS);
    return run;
  }

  /** Moves it, and what differs afterwards; empty when nothing does. */
  List<String> move() {
    Map<String, String> before = answers();
    List<String> already = problemsIn(lines(road.from(), sample.name()));
    if (!already.isEmpty()) {
      return List.of("before the move: " + already);
    }
    Shell.Result moved = road.migrate().move(sample.name(), sample.migrate());
    if (moved.exit() != 0) {
      return List.of("it did not move: " + moved.err());
    }
    int carried = ticks(lines(road.from(), sample.name())).size();
    List<String> problems =
        new ArrayList<>(problemsIn(awaitTicks(road.to(), there, carried + TICKS)));
    if (road.from().docker().isRunning(sample.name())) {
      problems.add("the source runs as well");
    }
    before.forEach((question, answer) -> {
      String now = awaitSame(question, answer);
      if (!now.equals(answer)) {
        problems.add("%s: what was '%s' is '%s'".formatted(question, answer, now));
      }
    });
    return problems;
  }

  private static boolean isRefused(String line, String kind) {
    String begin = "Refused: ";
    return line.startsWith(begin)
        && List.of(line.substring(begin.length()).split(", ")).contains(kind);
  }

  /** Has it refused, and what is wrong about that; empty when nothing is. */
  List<String> refuse() {
    String before = road.from().docker().inspect(sample.name(), UNTOUCHED);
    Shell.Result refused = road.migrate().move(sample.name(), sample.migrate());
    List<String> problems = new ArrayList<>();
    String kind = sample.refusal().orElseThrow().word();
    // The others may be there as well: every reason is named.
    if (refused.exit() != 1 || refused.err().lines().noneMatch(line -> isRefused(line, kind))) {
      problems.add(
          "exit code %d, and not the kind '%s' in: %s"
              .formatted(refused.exit(), kind, refused.err()));
    }
    String after = road.from().docker().inspect(sample.name(), UNTOUCHED);
    if (!after.equals(before)) {
      problems.add("the container was touched: '%s' is '%s'".formatted(before, after));
    }
    int ticks = ticks(lines(road.from(), sample.name())).size();
    problems.addAll(problemsIn(awaitTicks(road.from(), sample.name(), ticks + TICKS)));
    if (road.to().docker().run("inspect", there).exit() == 0) {
      problems.add("something of it is on the device");
    }
    return problems;
  }

  private static List<String> awaitTicks(Machine machine, String name, int ticks) {
    try {
      return Awaitility.await(name + " to tick " + ticks + " times")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofSeconds(1))
          .failFast(name + " has ended", () -> machine.docker().hasEnded(name))
          .until(() -> lines(machine, name), lines -> ticks(lines).size() >= ticks);
    } catch (ConditionTimeoutException e) {
      List<String> lines = lines(machine, name);
      throw new AssertionError(
          name + " prints no more: " + lines.subList(Math.max(0, lines.size() - 5), lines.size()),
          e);
    }
  }

  private static List<String> lines(Machine machine, String name) {
    // A terminal ends lines with a carriage return as well.
    return machine.docker().logs(name).stream().map(String::strip).toList();
  }

  private static List<Integer> ticks(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("tick "))
        .map(line -> Integer.valueOf(line.substring(5)))
        .toList();
  }

  /** What was lost by the container's own word, and whether its log is unbroken. */
  private static List<String> problemsIn(List<String> lines) {
    List<String> problems =
        new ArrayList<>(
            lines.stream().filter(line -> line.startsWith("LOST ")).distinct().toList());
    List<Integer> ticks = ticks(lines);
    for (int i = 0; i < ticks.size(); i++) {
      if (ticks.get(i) != i + 1) {
        problems.add("line %d of its log is tick %d".formatted(i + 1, ticks.get(i)));
        break;
      }
    }
    return problems;
  }

  private Map<String, String> answers() {
    Map<String, String> answers = new LinkedHashMap<>();
    sample.settings().stream()
        .flatMap(setting ->
            Stream.concat(
                setting.asks().stream().map(ask -> "$ " + ask), setting.inspects().stream()))
        .forEach(question -> answers.put(question, answer(road.from(), sample.name(), question)));
    return answers;
  }

  private static String answer(Machine machine, String name, String question) {
    if (!question.startsWith("$ ")) {
      return machine.docker().inspect(name, question);
    }
    // With a word at the end: a call that failed on the way is not an answer.
    Shell.Result answer =
        machine.docker().run("exec", name, "sh", "-c", question.substring(2) + "; echo end");
    return answer.out().strip().endsWith("end") ? answer.out().strip() : answer.toString();
  }

  /** Some things take a moment: the restart policy comes back last, health is looked at again. */
  private String awaitSame(String question, String answer) {
    String[] last = {""};
    try {
      Awaitility.await()
          // One question costs an emulated processor with other work some ten seconds.
          .atMost(Duration.ofSeconds(90))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> {
            last[0] = answer(road.to(), there, question);
            return last[0].equals(answer);
          });
    } catch (ConditionTimeoutException e) {
      // Told by the answer, which differs.
    }
    return last[0];
  }

  private static Shell.Result shell(Machine machine, String commands) {
    return machine.exec("sh", "-c", commands.isEmpty() ? "true" : commands);
  }

  @Override
  public void close() {
    road.from().docker().remove(sample.name());
    road.to().docker().remove(there);
    shell(road.from(), sample.needs().after());
    shell(road.to(), sample.needs().after());
  }
}
