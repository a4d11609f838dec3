package io.godwit.trust;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A key's name: role, hyphen, machine, and where a machine has several keys, as while one takes
 * another's place, an at sign with what tells them apart: {@code host-alpha}, {@code
 * device-kitchen@2026}.
 */
public record KeyName(String text) {
  private static final Pattern NAME =
      Pattern.compile("[a-z]+-[A-Za-z0-9][A-Za-z0-9._-]{0,199}(@[A-Za-z0-9._-]{1,50})?");

  /**
   * @throws IllegalArgumentException when it is none; says what one looks like
   */
  public KeyName {
    String name = text;
    if (!NAME.matcher(name).matches()
        || Arrays.stream(Role.values()).noneMatch(role -> name.startsWith(role.prefix()))) {
      throw new IllegalArgumentException(
          "'%s' is no name of a key: host-NAME, device-NAME, converter-NAME, operator-NAME or machine-NAME, and @ANYTHING behind it where one has several"
              .formatted(name));
    }
  }

  /** Whether its holder is this machine in this role. */
  public boolean speaksAs(Role role, String machine) {
    String whole = text.replaceFirst("@.*", "");
    return whole.equals(role.prefix() + machine) || whole.equals(Role.MACHINE.prefix() + machine);
  }

  /** Whether its holder has this role, on whatever machine. */
  public boolean speaksAs(Role role) {
    return text.startsWith(role.prefix()) || text.startsWith(Role.MACHINE.prefix());
  }

  @Override
  public String toString() {
    return text;
  }
}
