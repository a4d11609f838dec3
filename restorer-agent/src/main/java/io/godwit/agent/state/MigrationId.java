package io.godwit.agent.state;

import io.godwit.messaging.PoisonException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The id of a migration, verified before it becomes part of a path or a container's name.
 *
 * @param value a UUID in lower-case hexadecimal with dashes
 */
public record MigrationId(String value) {
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final int SHORT = 8;

  /**
   * @throws IllegalArgumentException when it is no UUID
   */
  public MigrationId {
    if (!UUID.matcher(value).matches()) {
      throw new IllegalArgumentException("not a UUID in lower case: " + value);
    }
  }

  /**
   * The id in a record.
   *
   * @throws PoisonException when it is no UUID
   */
  public static MigrationId ofRecord(String value) throws PoisonException {
    if (!UUID.matcher(value).matches()) {
      throw new PoisonException("the migration's id is no UUID in lower case: " + value);
    }
    return new MigrationId(value);
  }

  /** The id that a text is, where it is one. */
  public static Optional<MigrationId> of(String value) {
    return UUID.matcher(value).matches() ? Optional.of(new MigrationId(value)) : Optional.empty();
  }

  /** Enough of it for names that people read. */
  public String shortId() {
    return value.substring(0, SHORT);
  }

  @Override
  public String toString() {
    return value;
  }
}
