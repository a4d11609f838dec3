package io.godwit.checkpointer.preflight;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A container is in one migration at a time. */
public final class ContainersInMigration {
  private final ConcurrentMap<String, String> migrations = new ConcurrentHashMap<>();

  /** Takes the container for a migration, or tells which other one has it. */
  public Optional<String> take(String containerId, String migrationId) {
    return Optional.ofNullable(migrations.putIfAbsent(containerId, migrationId))
        .filter(holder -> !holder.equals(migrationId));
  }

  /** The migration that has the container; empty: none. */
  Optional<String> holder(String containerId) {
    return Optional.ofNullable(migrations.get(containerId));
  }

  /** The migration is over. */
  public void release(String migrationId) {
    migrations.values().remove(migrationId);
  }
}
