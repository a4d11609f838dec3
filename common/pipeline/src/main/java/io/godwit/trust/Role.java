package io.godwit.trust;

import java.util.Locale;

/** As what a key's holder speaks. */
public enum Role {
  /** A source host's checkpointer. */
  HOST,
  /** A device's agent. */
  DEVICE,
  CONVERTER,
  /** A person, by the {@code godwit} command. */
  OPERATOR,
  /** All of these, for the machine of that name: {@code godwit standalone} is all in one. */
  MACHINE;

  /** What a key's name begins with. */
  String prefix() {
    return name().toLowerCase(Locale.ROOT) + "-";
  }
}
