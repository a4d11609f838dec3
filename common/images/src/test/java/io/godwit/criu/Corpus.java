package io.godwit.criu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The real checkpoints among the test resources; its README says where they come from. */
final class Corpus {
  private Corpus() {}

  record Image(String checkpoint, String name, byte[] bytes) {
    @Override
    public String toString() {
      return checkpoint + "/" + name;
    }
  }

  static Path folder(String checkpoint) {
    return root().resolve(checkpoint);
  }

  static List<String> checkpoints() throws IOException {
    try (Stream<Path> folders = Files.list(root())) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  static List<Image> images() throws IOException {
    return checkpoints().stream().flatMap(Corpus::images).toList();
  }

  private static Stream<Image> images(String checkpoint) {
    try (Stream<Path> files = Files.list(folder(checkpoint))) {
      return files
          .sorted()
          .map(file -> new Image(checkpoint, file.getFileName().toString(), read(file)))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] read(String checkpoint, String name) {
    return read(folder(checkpoint).resolve(name));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path root() {
    try {
      return Path.of(Objects.requireNonNull(Corpus.class.getResource("/corpus/README.md")).toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
