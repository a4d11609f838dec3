package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * deploy/MOVES.md says what {@link SettingsIT} tries: no row without its test, no test without its
 * row.
 */
final class MovesPageTest {
  @Test
  void namesWhatProgramsHoldAsItIsTried() throws IOException {
    assertEquals(names(HeldThings.samples()), column(0, "What a program holds"));
  }

  @Test
  void namesTheOptionsOfDockerRunAsTheyAreTried() throws IOException {
    // Those that go together in one container are not next to each other on the page.
    assertEquals(
        sorted(names(DockerOptions.samples())),
        sorted(column(0, "What a container is started with")));
  }

  @Test
  void namesWhatIsRefusedWithTheKindThatIsAsserted() throws IOException {
    assertEquals(names(RefusedThings.samples()), column(0, "What is refused"));
    assertEquals(
        lines(
            RefusedThings.samples().stream()
                .flatMap(sample ->
                    sample.settings().stream()
                        .map(setting -> sample.refusal().orElseThrow().word()))
                .toList()),
        column(1, "What is refused").replace("`", ""));
  }

  @Test
  void samplesHaveNamesOfTheirOwn() {
    List<String> names = Samples.all().stream().map(Sample::name).toList();
    assertEquals(List.copyOf(names).size(), names.stream().distinct().count());
  }

  private static String names(List<Sample> samples) {
    return lines(
        samples.stream().flatMap(sample -> sample.settings().stream()).map(Setting::name).toList());
  }

  /** That column of the table under that heading, a cell a line: a difference is easy to see so. */
  private static String column(int index, String heading) throws IOException {
    return lines(
        Files.readString(page())
            .transform(text -> text.substring(text.indexOf("## " + heading + "\n")))
            .lines()
            .skip(1)
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith("| "))
            .skip(1)
            .map(line -> line.substring(2).split(" \\| ", -1)[index])
            .toList());
  }

  private static List<String> sorted(String lines) {
    return lines.lines().sorted().toList();
  }

  private static String lines(List<String> cells) {
    return cells.stream().collect(Collectors.joining("\n"));
  }

  /** Maven runs tests in the module's folder. */
  private static Path page() {
    return Path.of("MOVES.md");
  }
}
