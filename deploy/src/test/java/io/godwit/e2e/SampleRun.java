package io.godwit.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Takes a {@link Sample} along a {@link Road} and tells everything that is not as it was. */
final class SampleRun implements AutoCloseable {
  private static final int TICKS = 4;

  private final Sample sample;
  private final Road road;
  private final String there;

  private SampleRun(Sample sample, Road road) {
    this.sample = sample;
    this.road = road;
    this.there = road.nameThere(sample.name());
  }

  /** Starts it and waits until it ticks. */
  static SampleRun start(Sample sample, Road road, String prelude, List<String> machineOptions) {
    SampleRun run = new SampleRun(sample, road);
    run.close();
    road.from().run(sample.run(prelude, machineOptions).toArray(String[]::new)).orFail();
    run.awaitTicks(road.from(), sample.name(), TICKS);
    return run;
  }

  /** Moves it, and what differs afterwards; empty when nothing does. */
  List<String> move() {
    Map<String, String> before = answers(road.from(), sample.name());
    Shell.Result moved = road.migrate().move(sample.name(), sample.migrate());
    if (moved.exit() != 0) {
      return List.of("it did not move: " + moved.err());
    }
    int carried = ticks(road.from().logs(sample.name())).size();
    List<String> lines = awaitTicks(road.to(), there, carried + TICKS);
    List<String> problems = new ArrayList<>(problemsIn(lines));
    if (road.from().isRunning(sample.name())) {
      problems.add("the source runs as well");
    }
    for (Map.Entry<String, String> answer : before.entrySet()) {
      String now = awaitSame(answer);
      if (!now.equals(answer.getValue())) {
        problems.add(
            "%s: what was '%s' is '%s'".formatted(answer.getKey(), answer.getValue(), now));
      }
    }
    return problems;
  }

  /** Has it refused, and what is wrong about that; empty when nothing is. */
  List<String> refuse() {
    String format = "{{.State.StartedAt}} {{.State.Pid}} {{.HostConfig.RestartPolicy.Name}}";
    String before = road.from().inspect(sample.name(), format);
    Shell.Result refused = road.migrate().move(sample.name(), sample.migrate());
    List<String> problems = new ArrayList<>();
    if (refused.exit() != 1 || !refused.err().contains(sample.refusal())) {
      problems.add(
          "exit code %d, and not the words '%s' in: %s"
              .formatted(refused.exit(), sample.refusal(), refused.err()));
    }
    if (!road.from().inspect(sample.name(), format).equals(before)) {
      problems.add("the container was touched: it was " + before);
    }
    int ticks = ticks(road.from().logs(sample.name())).size();
    problems.addAll(problemsIn(awaitTicks(road.from(), sample.name(), ticks + TICKS)));
    if (road.to().run("inspect", there).exit() == 0 && !road.suffix().isEmpty()) {
      problems.add("something of it is on the device");
    }
    return problems;
  }

  private List<String> awaitTicks(Docker docker, String name, int ticks) {
    return Awaitility.await(name + " to tick " + ticks + " times")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .failFast(name + " has ended", () -> !docker.isRunning(name))
        .until(() -> lines(docker, name), lines -> ticks(lines).size() >= ticks);
  }

  private static List<String> lines(Docker docker, String name) {
    return docker.logs(name).stream().map(String::strip).toList();
  }

  private static List<Integer> ticks(List<String> lines) {
    return lines.stream()
        .map(String::strip)
        .filter(line -> line.startsWith("tick "))
        .map(line -> Integer.valueOf(line.substring(5)))
        .toList();
  }

  /** What was lost by the container's own word, and whether its log is unbroken. */
  private static List<String> problemsIn(List<String> lines) {
    List<String> problems =
        new ArrayList<>(lines.stream().filter(line -> line.startsWith("LOST ")).distinct().toList());
    List<Integer> ticks = ticks(lines);
    for (int i = 0; i < ticks.size(); i++) {
      if (ticks.get(i) != i + 1) {
        problems.add("line %d of its log is tick %d".formatted(i + 1, ticks.get(i)));
        break;
      }
    }
    return problems;
  }

  private Map<String, String> answers(Docker docker, String name) {
    Map<String, String> answers = new LinkedHashMap<>();
    sample.settings().stream()
        .flatMap(setting ->
            Stream.concat(
                setting.asks().stream().map(ask -> "$ " + ask), setting.inspects().stream()))
        .forEach(question -> answers.put(question, answer(docker, name, question)));
    return answers;
  }

  private static String answer(Docker docker, String name, String question) {
    return question.startsWith("$ ")
        ? docker.run("exec", name, "sh", "-c", question.substring(2)).out().strip()
        : docker.inspect(name, question);
  }

  /** Some things take a moment: the restart policy comes back last, health is looked at again. */
  private String awaitSame(Map.Entry<String, String> question) {
    String[] last = {""};
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> {
            last[0] = answer(road.to(), there, question.getKey());
            return last[0].equals(question.getValue());
          });
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      // Told by the answer, which differs.
    }
    return last[0];
  }

  @Override
  public void close() {
    road.from().remove(sample.name());
    road.to().remove(there);
  }
}
