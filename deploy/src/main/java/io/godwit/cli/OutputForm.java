package io.godwit.cli;

/** The words of {@code --output}. */
enum OutputForm {
  text,
  json
}
