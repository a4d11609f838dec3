package io.godwit.agent.container;

import io.godwit.agent.state.MigrationId;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.docker.LeftBehind;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.Mount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes way for a container that comes back to a machine that it has left: the stopped container
 * that it left behind there has its name still. Which that is, two sides must say: the container
 * that comes carries the migrations that it went through as a label, and this machine's
 * checkpointer has noted which container each of these left here. It is set aside under another
 * name while the outcome is open, gets its name back when the container does not come after all,
 * and is removed when it runs here.
 */
public final class Homecoming {
  /** Label: the migrations that a container went through, oldest first, with spaces between. */
  public static final String JOURNEY_LABEL = "io.godwit.journey";

  /** A container that has left more than so many machines since is not known any more. */
  private static final int REMEMBERED = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Homecoming.class);

  private final DockerEngine engine;
  private final LeftBehind notes;

  public Homecoming(DockerEngine engine, LeftBehind notes) {
    this.engine = engine;
    this.notes = notes;
  }

  /**
   * What {@link #JOURNEY_LABEL} says once a migration is done.
   *
   * @param labels of the container that comes
   */
  static String journey(Map<String, String> labels, MigrationId id) {
    List<String> migrations = new ArrayList<>(migrations(labels));
    migrations.remove(id.value());
    migrations.add(id.value());
    return String.join(
        " ", migrations.subList(Math.max(0, migrations.size() - REMEMBERED), migrations.size()));
  }

  /**
   * Whether a container of this machine is what the one that comes has left behind here.
   *
   * @param labels of the container that comes
   * @param there of this machine, as the Engine describes it
   */
  boolean isLeftBehind(Container there, Map<String, String> labels) throws IOException {
    return notes.migration(there).filter(migrations(labels)::contains).isPresent();
  }

  /** The same of one in the Engine's list. */
  boolean isLeftBehind(ListedContainer there, Map<String, String> labels) throws IOException {
    if (there.isMade()) {
      // It has left nothing; and one that waits to be started answers no question meanwhile.
      return false;
    }
    Optional<Container> known = engine.inspect(there.id());
    return known.isEmpty() || isLeftBehind(known.get(), labels);
  }

  /** Whether a volume is used by nothing but what the container that comes has left behind here. */
  boolean isVolumeLeftBehind(String volume, Map<String, String> labels) throws IOException {
    boolean used = false;
    for (ListedContainer container : engine.containers()) {
      for (Mount mount : container.mounts()) {
        if (mount instanceof Mount.Volume mounted && mounted.name().equals(volume)) {
          if (!isLeftBehind(container, labels)) {
            return false;
          }
          used = true;
        }
      }
    }
    return used;
  }

  /** Frees a name, where what has it was left behind by the container that comes. */
  void setAside(String name, Map<String, String> labels, MigrationId id) throws IOException {
    Optional<Container> there = engine.inspect(name);
    if (there.isPresent() && isLeftBehind(there.get(), labels)) {
      LOG.info("{} is set aside as {}: it comes back", name, aside(id));
      engine.rename(there.get().id(), aside(id));
    }
  }

  /** The container does not come: what it left behind gets its name back. */
  void putBack(String name, MigrationId id) throws IOException {
    Optional<Container> aside = engine.inspect(aside(id));
    if (aside.isEmpty()) {
      return;
    }
    if (engine.inspect(name).isPresent()) {
      LOG.warn("{} keeps that name: {} is taken by another container", aside(id), name);
      return;
    }
    engine.rename(aside.get().id(), name);
  }

  /** The container runs here: what it left behind goes, unless somebody has started it. */
  void discard(MigrationId id) throws IOException {
    Optional<Container> aside = engine.inspect(aside(id));
    if (aside.isEmpty()) {
      return;
    }
    String container = aside.get().id();
    if (notes.migration(aside.get()).isEmpty()) {
      LOG.warn("{} is kept: it is not as it was left behind", aside(id));
      return;
    }
    try {
      engine.removeStopped(container);
      notes.forget(container);
    } catch (DockerException.Refused e) {
      LOG.warn("{}, which the container left behind, is kept: {}", aside(id), e.getMessage());
    }
  }

  private static String aside(MigrationId id) {
    return "godwit-left-behind-" + id.shortId();
  }

  private static List<String> migrations(Map<String, String> labels) {
    String journey = labels.getOrDefault(JOURNEY_LABEL, "");
    return journey.isBlank() ? List.of() : List.of(journey.split(" ", -1));
  }
}
