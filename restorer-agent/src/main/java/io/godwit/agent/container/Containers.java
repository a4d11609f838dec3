package io.godwit.agent.container;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.agent.state.MigrationId;
import io.godwit.contract.TcpConnections;
import io.godwit.docker.CgroupMounts;
import io.godwit.docker.CgroupRoot;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.DockerException;
import io.godwit.docker.Orphans;
import io.godwit.docker.ReadOnlyRoot;
import io.godwit.docker.StartSettings;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
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

  /** Written and read by runc: what the inherited descriptors were. */
  private static final String DESCRIPTORS = "descriptors.json";

  private static final int STORE_REFUSALS = 3;

  private final DockerEngine engine;
  private final CriuOptions options;
  private final StartSettings settings;
  private final Homecoming homecoming;
  private final Orphans orphans;

  public Containers(
      DockerEngine engine,
      CriuOptions options,
      StartSettings settings,
      Homecoming homecoming,
      Orphans orphans) {
    this.engine = engine;
    this.options = options;
    this.settings = settings;
    this.homecoming = homecoming;
    this.orphans = orphans;
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
    Optional<JsonNode> left = find(purpose);
    if (left.isPresent()) {
      if (purpose.role() == Role.RESTORED && runs(left.get())) {
        throw new IOException(
            "It runs on this device already, as container " + left.get().path("Id").asText() + ".");
      }
      removeAll(left.get());
    }
    JsonNode labels = labels(spec);
    if (purpose.role() == Role.RESTORED) {
      homecoming.setAside(name, labels, purpose.id());
    }
    Map<String, String> own = new HashMap<>(purpose.labels());
    own.put(Homecoming.JOURNEY_LABEL, Homecoming.journey(labels, purpose.id()));
    String container = engine.create(name, spec.withLabels(own).toCreateRequest());
    for (Map.Entry<String, JsonNode> network : spec.furtherNetworks().entrySet()) {
      engine.connect(network.getKey(), container, network.getValue());
    }
    return container;
  }

  /** The container that was made for this, whatever its name is by now. */
  public Optional<JsonNode> find(Purpose purpose) throws IOException {
    for (JsonNode container : engine.containers()) {
      if (purpose.isOf(container.path("Labels"))) {
        return engine.inspect(container.path("Id").asText());
      }
    }
    return Optional.empty();
  }

  /** The migrations that there are containers of, which were to be restored here. */
  public Set<MigrationId> restoredHere() throws IOException {
    Set<MigrationId> found = new HashSet<>();
    for (JsonNode container : engine.containers()) {
      JsonNode labels = container.path("Labels");
      if (labels.path(ROLE_LABEL).asText().equals(Role.RESTORED.label)) {
        MigrationId.of(labels.path(MIGRATION_LABEL).asText()).ifPresent(found::add);
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
    Optional<JsonNode> there = engine.inspect(name);
    if (there.isEmpty()
        || purpose.isOf(there.get().path("Config").path("Labels"))
        || homecoming.isLeftBehind(there.get(), labels(spec))) {
      return Optional.empty();
    }
    return Optional.of(
        "The name %s is taken on this device, by a container that is %s: rename or remove it there."
            .formatted(name, there.get().path("State").path("Status").asText("there")));
  }

  /**
   * Removes the container that was made for this, running or not; what made way for it gets its
   * name back.
   *
   * @param name the one that it was made with
   * @throws IOException when it, or a process of it, is not known to be gone
   */
  public void remove(String name, Purpose purpose) throws IOException, InterruptedException {
    Optional<JsonNode> ours = find(purpose);
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

  private void removeAll(JsonNode container) throws IOException, InterruptedException {
    String id = container.path("Id").asText();
    if (!runs(container)) {
      // While the container is there to tell its id: a crash right here must not hide them.
      orphans.end(id);
    }
    engine.remove(id);
    // A start that waited in the Engine ends with the container; its programs may be later.
    orphans.end(id);
  }

  private static boolean runs(JsonNode container) {
    return container.path("State").path("Running").asBoolean();
  }

  /** The restored container runs: what made way for it goes. */
  public void settled(MigrationId id) throws IOException {
    homecoming.discard(id);
  }

  private static JsonNode labels(ContainerSpec spec) {
    return spec.toCreateRequest().path("Labels");
  }

  /**
   * The container's own folder for a checkpoint, the only one that the Engine starts from
   * (moby#37344).
   */
  public Path checkpointFolder(String containerId, MigrationId id) throws IOException {
    return ContainerSpec.folder(engine, containerId)
        .resolve("checkpoints")
        .resolve(checkpointName(id));
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
        images.resolve(DESCRIPTORS),
        folder.resolve(DESCRIPTORS),
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
    List<String> lines = new ArrayList<>(CriuOptions.ofMigration(log, TcpConnections.CLOSE));
    lines.add(CriuOptions.imagesIn(images));
    try (CriuOptions.InForce _ = options.put(lines)) {
      engine.checkpoint(containerId, checkpointName(id), true);
    }
    Files.copy(checkpointFolder(containerId, id).resolve(DESCRIPTORS), images.resolve(DESCRIPTORS));
  }

  /**
   * Starts a container from its checkpoint, with what a start would have set. That the Engine says
   * no error proves nothing yet.
   *
   * @param images where CRIU finds its images
   * @param more lines for CRIU's configuration, see {@link CriuOptions}
   * @param log where CRIU writes what it does; an older one goes first
   */
  public void startFromCheckpoint(
      String containerId,
      MigrationId id,
      Path images,
      TcpConnections tcp,
      List<String> more,
      Path log)
      throws IOException {
    Files.deleteIfExists(log);
    List<String> lines = new ArrayList<>(CriuOptions.ofMigration(log, tcp));
    lines.addAll(more);
    lines.add(CriuOptions.imagesIn(images));
    CgroupRoot.option(images, containerId).ifPresent(lines::add);
    lines.addAll(CgroupMounts.options(images, containerId));
    Optional<JsonNode> container = engine.inspect(containerId);
    if (container.isPresent()) {
      ReadOnlyRoot.prepare(container.get());
    }
    try (CriuOptions.InForce _ = options.put(lines)) {
      startDespiteItsLikeness(containerId, id);
    }
  }

  /**
   * Sets in a container that was started from its checkpoint what is set at a start only.
   *
   * @return why it is otherwise than it was started, where it is; see {@link StartSettings}
   */
  public Optional<String> setAsAtItsStart(JsonNode inspect) {
    return settings.ensure(inspect);
  }

  // The Engine puts the folder as a tar under its digest into a store, and refuses one that is
  // still
  // there from the dump ("content sha256:...: already exists", moby#42900). It refuses before it
  // has
  // started anything, so trying again is safe; another time of a file makes it another tar.
  private void startDespiteItsLikeness(String containerId, MigrationId id) throws IOException {
    Path descriptors = checkpointFolder(containerId, id).resolve(DESCRIPTORS);
    for (int refusals = 0; ; refusals++) {
      try {
        engine.startFromCheckpoint(containerId, checkpointName(id));
        return;
      } catch (DockerException e) {
        if (refusals == STORE_REFUSALS || !isAlreadyInStore(e)) {
          throw e;
        }
        Instant written = Files.getLastModifiedTime(descriptors).toInstant();
        Files.setLastModifiedTime(descriptors, FileTime.from(written.plusSeconds(1)));
      }
    }
  }

  private static boolean isAlreadyInStore(DockerException e) {
    return String.valueOf(e.getMessage()).contains("content sha256:")
        && String.valueOf(e.getMessage()).contains("already exists");
  }
}
