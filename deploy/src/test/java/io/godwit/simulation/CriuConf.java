package io.godwit.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** The options that are in force on a machine when CRIU reads them. */
record CriuConf(List<String> lines) {
  static final String FILE = "criu/runc.conf";

  static CriuConf read(Machine machine) throws IOException {
    try {
      return new CriuConf(Files.readAllLines(machine.disk().root().resolve(FILE)));
    } catch (NoSuchFileException e) {
      return new CriuConf(List.of());
    }
  }

  Optional<Path> images() {
    return option("images-dir ").map(Path::of);
  }

  void log(String line) throws IOException {
    Optional<String> file = option("log-file ");
    if (file.isPresent()) {
      Files.writeString(
          Path.of(file.get()), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  private Optional<String> option(String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()))
        .findFirst();
  }
}
