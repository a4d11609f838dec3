package io.godwit.standalone;

import io.godwit.e2e.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The images that docker-compose.yml names, so that tests run what the deployment runs. */
public final class Images {
  private static final Path ROOT = Path.of(System.getProperty("godwit.root")).toAbsolutePath();

  private Images() {}

  /**
   * The image of a service there, made here where it is not yet.
   *
   * @param part as deploy/images/build.sh calls it
   */
  public static String of(String service, String part) {
    // Compiling MinIO for the first time takes minutes.
    Shell.run(
            Duration.ofMinutes(20),
            List.of(ROOT.resolve("deploy/images/build.sh").toString(), part))
        .orFail();
    return named(service);
  }

  private static String named(String service) {
    Pattern image =
        Pattern.compile("\\n  %s:\\n(?:    .*\\n)*?    image: (.*)\\n".formatted(service));
    try {
      Matcher found = image.matcher(Files.readString(ROOT.resolve("docker-compose.yml")));
      if (!found.find()) {
        throw new AssertionError("docker-compose.yml has no image for " + service);
      }
      return found.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
