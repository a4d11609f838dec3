package io.godwit.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** The runtime as it was built, under runc's name in a folder of its own. */
record RuntimeInFront(Path root, Path folder) {
  static RuntimeInFront install(Path root, Path folder) throws IOException {
    RuntimeInFront front = new RuntimeInFront(root, Files.createDirectories(folder));
    front.putBack();
    return front;
  }

  /** What an Engine is started with whose containers are to come through it. */
  Map<String, String> environment() {
    return Map.of("PATH", folder + ":" + System.getenv("PATH"));
  }

  void remove() throws IOException {
    Files.delete(folder.resolve("runc"));
  }

  void putBack() throws IOException {
    String isa = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86-64";
    // Copied with its right to be executed.
    Files.copy(
        root.resolve("restorer-agent/target/native/runtime_" + isa),
        folder.resolve("runc"),
        StandardCopyOption.COPY_ATTRIBUTES);
  }
}
