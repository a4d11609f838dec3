package io.godwit.e2e;

import java.util.List;
import java.util.stream.Stream;

/** The whole table of settings. */
final class Samples {
  private Samples() {}

  static List<Sample> all() {
    return Stream.of(HeldThings.samples(), DockerOptions.samples(), RefusedThings.samples())
        .flatMap(List::stream)
        .toList();
  }
}
