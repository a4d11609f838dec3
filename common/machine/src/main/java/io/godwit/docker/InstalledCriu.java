package io.godwit.docker;

import io.godwit.criu.CriuVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The CRIU that this machine's Engine uses. */
public final class InstalledCriu {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private InstalledCriu() {}

  /**
   * Asks it by {@code criu --version}.
   *
   * @throws IOException when it is not there or does not run, with what is to be done
   */
  public static CriuVersion version(CommandRunner commands) throws IOException {
    CommandRunner.Result said;
    try {
      said = commands.run(List.of("criu", "--version"), PATIENCE);
    } catch (IOException e) {
      throw new IOException(
          "CRIU is missing (%s). Install CRIU %s or newer."
              .formatted(e.getMessage(), CriuVersion.MINIMUM),
          e);
    }
    Optional<CriuVersion> version = CriuVersion.find(said.text());
    if (said.exit() != 0 || version.isEmpty()) {
      throw new IOException(
          "CRIU does not start: %s. Install a CRIU that runs on this kernel."
              .formatted(said.errors().isEmpty() ? said.text().strip() : said.errors()));
    }
    return version.get();
  }
}
