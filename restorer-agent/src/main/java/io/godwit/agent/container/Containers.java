package io.godwit.agent.container;

import io.godwit.agent.hold.Awaited;
import io.godwit.agent.state.MigrationId;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.Orphans;
import io.godwit.docker.Tcp;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The agent's own containers: they carry the migration and their role as labels, and nothing else
 * is ever removed.
 */
public final class Containers {
  /** Label: the migration that a container was made for. */
  public static final String MIGRATION_LABEL = "io.godwit.migration";

  /** Label: {@link Role}. */
  public static final String ROLE_LABEL = "io.godwit.role";

  /** Label: {@link Purpose#attempt}. */
  public static final String ATTEMPT_LABEL = "io.godwit.attempt";

  /** Every label that the agent sets. */
  public static final Set<String> OWN_LABELS =
      Set.of(MIGRATION_LABEL, ROLE_LABEL, ATTEMPT_LABEL, Homecoming.JOURNEY_LABEL);

  /** What a container is for. */
  public enum Role {
    /** Tries the move with the probe. */
    REHEARSAL("rehearsal"),
    /** Is what was moved. */
    RESTORED("restored");

    private final String label;

    Role(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  private final DockerEngine engine;
  private final CriuOptions options;
  private final Homecoming homecoming;
  private final Orphans orphans;
  private final Optional<Awaited> awaited;

  public Containers(
      DockerEngine engine,
      CriuOptions options,
      Homecoming homecoming,
      Orphans orphans,
      Optional<Awaited> awaited) {
    this.engine = engine;
    this.options = options;
    this.homecoming = homecoming;
    this.orphans = orphans;
    this.awaited = awaited;
  }

  /** The name of the container that a migration is rehearsed in. */
  public static String rehearsalName(MigrationId id) {
    return "godwit-rehearsal-" + id.shortId();
  }

  /** The name of a migration's checkpoint, in both containers. */
  public static String checkpointName(MigrationId id) {
    return "godwit-" + id.shortId();
  }

  /**
   * Creates a container; one that was made for the same, left from an interrupted attempt, goes
   * first. One that this very container left behind on this machine makes way, see {@link
   * Homecoming}.
   *
   * @return its id
   * @throws IOException when another container has the name, or one that was made for the same runs
   */
  public String create(String name, Purpose purpose, ContainerSpec spec)
      throws IOException, InterruptedException {
    Optional<Container> left = find(purpose);
    if (left.isPresent()) {
      if (purpose.role() == Role.RESTORED && left.get().state().running()) {
        throw new IOException(
            "It runs on this device already, as container " + left.get().id() + ".");
      }
      removeAll(left.get());
    }
    Map<String, String> labels = spec.labels();
    if (purpose.role() == Role.RESTORED) {
      homecoming.setAside(name, labels, purpose.id());
    }
    Map<String, String> own = new HashMap<>(purpose.labels());
    own.put(Homecoming.JOURNEY_LABEL, Homecoming.journey(labels, purpose.id()));
    return engine.create(name, spec.withLabels(own));
  }

  /** The container that was made for this, whatever its name is by now. */
  public Optional<Container> find(Purpose purpose) throws IOException {
    for (ListedContainer container : engine.containers()) {
      if (purpose.isOf(container.labels())) {
        return engine.inspect(container.id());
      }
    }
    return Optional.empty();
  }

  /** The migrations that there are containers of, which were to be restored here. */
  public Set<MigrationId> restoredHere() throws IOException {
    Set<MigrationId> found = new HashSet<>();
    for (ListedContainer container : engine.containers()) {
      Map<String, String> labels = container.labels();
      if (labels.getOrDefault(ROLE_LABEL, "").equals(Role.RESTORED.label)) {
        MigrationId.of(labels.getOrDefault(MIGRATION_LABEL, "")).ifPresent(found::add);
      }
    }
    return found;
  }

  /**
   * Whose name a container's is, where it is taken by one that was neither made for this nor left
   * behind by it.
   */
  public Optional<String> othersName(ContainerSpec spec, Purpose purpose) throws IOException {
    String name = spec.name();
    for (ListedContainer there : engine.containers()) {
      if (there.name().equals(name)
          && !purpose.isOf(there.labels())
          && !homecoming.isLeftBehind(there, spec.labels())) {
        return Optional.of(
            "The name %s is taken on this device, by a container that is %s: rename or remove it there."
                .formatted(name, there.status()));
      }
    }
    return Optional.empty();
  }

  /**
   * Removes the container that was made for this, running or not; what made way for it gets its
   * name back.
   *
   * @param name the one that it was made with
   * @throws IOException when it, or a process of it, is not known to be gone
   */
  public void remove(String name, Purpose purpose) throws IOException, InterruptedException {
    Optional<Container> ours = find(purpose);
    if (ours.isPresent()) {
      removeAll(ours.get());
      if (find(purpose).isPresent()) {
        throw new IOException("the container is still being removed");
      }
    }
    if (purpose.role() == Role.RESTORED) {
      homecoming.putBack(name, purpose.id());
    }
  }

  private void removeAll(Container container) throws IOException, InterruptedException {
    String id = container.id();
    if (!container.state().running()) {
      // While the container is there to tell its id: a crash right here must not hide them.
      orphans.end(id);
    }
    engine.remove(id);
    // A start that waited in the Engine ends with the container; its programs may be later.
    orphans.end(id);
    if (awaited.isPresent()) {
      awaited.get().forget(id);
    }
  }

  /** The restored container runs: what made way for it goes. */
  public void settled(MigrationId id) throws IOException {
    homecoming.discard(id);
  }

  private Path checkpointFolder(String containerId, MigrationId id) throws IOException {
    return CheckpointStart.folder(engine, containerId, checkpointName(id));
  }

  /**
   * Puts what runc reads itself to where the Engine starts this container from. CRIU reads the
   * images where they are: whatever lies in the Engine's folder it copies twice at each start.
   *
   * @param images the folder of the checkpoint
   */
  public void placeDescriptors(String containerId, MigrationId id, Path images) throws IOException {
    Path folder = checkpointFolder(containerId, id);
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.copy(
        images.resolve(CheckpointStart.DESCRIPTORS),
        folder.resolve(CheckpointStart.DESCRIPTORS),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Dumps a container, which stops.
   *
   * @param images a folder, which is made anew, for the whole checkpoint
   * @param log where CRIU writes what it does
   */
  public void checkpoint(String containerId, MigrationId id, Path images, Path log)
      throws IOException {
    DurableFiles.deleteFolder(images);
    Files.createDirectories(images);
    List<String> lines = new ArrayList<>(CriuOptions.ofMigration(log, Tcp.CLOSE));
    lines.add(CriuOptions.imagesIn(images));
    try (CriuOptions.InForce _ = options.put(lines)) {
      engine.checkpoint(containerId, checkpointName(id), true);
    }
    Files.copy(
        checkpointFolder(containerId, id).resolve(CheckpointStart.DESCRIPTORS),
        images.resolve(CheckpointStart.DESCRIPTORS));
  }
}
