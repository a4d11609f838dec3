package io.godwit.service;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/** What a service's own command answers instead of running. */
public record Usage(String service, String purpose, String version) {
  /**
   * @param main of the service; its jar knows the version
   */
  public static Usage of(String service, String purpose, Class<?> main) {
    return new Usage(
        service,
        purpose,
        Optional.ofNullable(main.getPackage().getImplementationVersion()).orElse("development"));
  }

  /** A service, which runs until it is told to stop. */
  @FunctionalInterface
  public interface Service {
    /** Runs. */
    void run() throws IOException, InterruptedException;
  }

  /**
   * Runs the service, or answers instead.
   *
   * @return how the process is to end
   */
  public int serve(String[] arguments, PrintStream out, PrintStream err, Service runs)
      throws IOException, InterruptedException {
    try {
      Optional<String> answer = answer(arguments);
      if (answer.isPresent()) {
        out.println(answer.get());
      } else {
        runs.run();
      }
      return 0;
    } catch (SettingsException e) {
      err.println(service + ": " + e.getMessage());
      return ServiceExit.BAD_SETTINGS.code();
    }
  }

  /**
   * The answer to {@code --help} and {@code --version}; empty where the service is to run.
   *
   * @throws SettingsException when there is any other argument: a service takes none, and one that
   *     is ignored would be missed
   */
  public Optional<String> answer(String[] arguments) {
    if (arguments.length == 0) {
      return Optional.empty();
    }
    return switch (arguments[0]) {
      case "--help", "-h" -> Optional.of(help());
      case "--version", "-V" -> Optional.of("%s %s".formatted(service, version));
      default ->
          throw new SettingsException(
              "'%s' is not known: settings come from the environment, see %s --help."
                  .formatted(arguments[0], service));
    };
  }

  private String help() {
    StringBuilder text =
        new StringBuilder(
            "%s: %s.%n%nIt takes its settings from the environment, and runs until SIGTERM:%n"
                .formatted(service, purpose));
    for (Setting setting : Setting.values()) {
      text.append(
          "%n  %-28s %s%s"
              .formatted(
                  setting.variable(),
                  setting.description(),
                  setting.fallback().isEmpty() ? "" : " (" + setting.fallback() + ")"));
    }
    return text.toString();
  }
}
