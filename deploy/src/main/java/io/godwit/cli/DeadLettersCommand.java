package io.godwit.cli;

import io.godwit.messaging.DeadLetter;
import io.godwit.messaging.DeadLetter.Fate;
import io.godwit.messaging.DeadLetterBox;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.PoisonException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit dead-letters}: the records that no service could handle. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description =
        "Lists the records that no service could handle, shows them, and publishes them again once their cause is mended.")
final class DeadLettersCommand {
  private static final int LONGEST_REASON = 120;

  private final Clock clock = Clock.systemUTC();

  @Command(
      mixinStandardHelpOptions = true,
      description = "Lists those that nobody has done anything about.")
  int list(
      @Mixin Connection connection,
      @Option(names = "--all", description = "The replayed and the dropped ones, too.")
          boolean all) {
    List<DeadLetter> letters =
        read(connection, DeadLetterBox::all).stream()
            .filter(letter -> all || letter.fate() == Fate.WAITING)
            .toList();
    if (letters.isEmpty()) {
      System.out.println("No dead letters.");
      return ExitStatus.DONE.code();
    }
    String row = "%6s  %-12s %-9s %-24s %-36s %s%n";
    System.out.printf(row, "NUMBER", "BURIED", "STATE", "TOPIC", "KEY", "REASON");
    for (DeadLetter letter : letters) {
      System.out.printf(
          row,
          letter.number(),
          DevicesCommand.age(clock.millis() - letter.at().toEpochMilli()),
          word(letter.fate()),
          letter.topic(),
          letter.key(),
          line(letter.reason()));
    }
    return ExitStatus.DONE.code();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Shows one with all that is known of it, its value as text of the contract.")
  int show(
      @Mixin Connection connection,
      @Parameters(paramLabel = "NUMBER", description = "As `list` gives it.") long number) {
    Optional<DeadLetter> found = read(connection, box -> find(box, number));
    found.ifPresent(letter -> LetterText.print(letter, connection.settings(), System.out));
    return found.isPresent() ? ExitStatus.DONE.code() : none(number);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Publishes them again where they came from, byte for byte, and marks them as replayed.")
  int replay(
      @Mixin Connection connection,
      @Parameters(arity = "1..*", paramLabel = "NUMBER", description = "As `list` gives them.")
          List<Long> numbers) {
    return each(
        connection,
        numbers,
        (box, letter) -> {
          box.replay(letter);
          return "replayed to " + letter.topic();
        });
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Marks them as done with: they are kept, and no longer listed.")
  int drop(
      @Mixin Connection connection,
      @Parameters(arity = "1..*", paramLabel = "NUMBER", description = "As `list` gives them.")
          List<Long> numbers) {
    return each(
        connection,
        numbers,
        (box, letter) -> {
          box.drop(letter);
          return "dropped";
        });
  }

  /** Does something with a letter and says what. */
  private interface Act {
    String on(DeadLetterBox box, DeadLetter letter) throws PoisonException;
  }

  private static int each(Connection connection, List<Long> numbers, Act act) {
    return read(
        connection,
        box -> {
          for (long number : numbers) {
            Optional<DeadLetter> letter = find(box, number);
            if (letter.isEmpty()) {
              return none(number);
            }
            if (letter.get().fate() != Fate.WAITING) {
              System.err.printf(
                  "Dead letter %d was %s already.%n", number, word(letter.get().fate()));
              return ExitStatus.USAGE.code();
            }
            try {
              System.out.printf("Dead letter %d: %s%n", number, act.on(box, letter.get()));
            } catch (PoisonException e) {
              System.err.println(e.getMessage());
              return ExitStatus.USAGE.code();
            }
          }
          return ExitStatus.DONE.code();
        });
  }

  private static <T> T read(Connection connection, Function<DeadLetterBox, T> reading) {
    try (KafkaMessaging kafka = KafkaMessaging.of(connection.settings());
        DeadLetterBox box = kafka.deadLetterBox()) {
      return reading.apply(box);
    }
  }

  private static Optional<DeadLetter> find(DeadLetterBox box, long number) {
    return box.all().stream().filter(letter -> letter.number() == number).findFirst();
  }

  private static int none(long number) {
    System.err.printf(
        "There is no dead letter %d; `godwit dead-letters list` lists them.%n", number);
    return ExitStatus.USAGE.code();
  }

  static String word(Fate fate) {
    return fate.name().toLowerCase(Locale.ROOT);
  }

  private static String line(String reason) {
    String one = reason.replace('\n', ' ');
    return one.length() <= LONGEST_REASON ? one : one.substring(0, LONGEST_REASON) + "…";
  }
}
