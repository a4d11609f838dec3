package io.godwit.agent.container;

import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Blob;
import io.godwit.contract.Conversion;
import io.godwit.contract.FileTree.Kind;
import io.godwit.contract.Preparation;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LinkedMounts;
import io.godwit.docker.SharedMemory;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a container brings along beside its image and its layer: volumes, folders and files of its
 * machine, shared memory, its log. What goes ahead is unpacked beside its place when the move is
 * rehearsed, so that what changed since and a move into place is all that is left to do while the
 * container stands still. Nothing of this device is touched before the restore; what is replaced
 * then stands beside its place until the outcome is known.
 */
public final class Trees {
  private static final String VOLUME = "volume";

  private final DockerEngine engine;
  private final StagedTrees staged;
  private final Places places;
  private final SharedMemory memory;
  private final StateFolder state;

  public Trees(
      DockerEngine engine,
      Layers layers,
      LayerFiles files,
      Places places,
      SharedMemory memory,
      StateFolder state) {
    this.engine = engine;
    this.staged = new StagedTrees(layers, files, state);
    this.places = places;
    this.memory = memory;
    this.state = state;
  }

  /**
   * Brings what was sent ahead to this device, for the rehearsal and the restore that may follow.
   *
   * @return why the trees cannot have their places here; empty when they can
   */
  public List<String> stage(MigrationId id, Preparation preparation, ContainerSpec spec)
      throws IOException {
    staged.note(id, preparation.getTreesList());
    boolean home = isHome(preparation.getContainer().getId());
    List<String> reasons = new ArrayList<>(places.logDriver(spec));
    for (Tree tree : staged.ahead(id)) {
      if (home && tree.isOfTheMachine()) {
        StagedTrees.standIn(tree);
        continue;
      }
      staged.unpack(id, tree);
      reasons.addAll(places.obstacles(tree, spec, preparation.getOptions().getReplaceFiles()));
    }
    return reasons;
  }

  /** The configuration for the rehearsal: nothing of this device is mounted that others use. */
  public ContainerSpec forRehearsal(MigrationId id, ContainerSpec spec) throws IOException {
    Map<String, Path> binds = new HashMap<>();
    for (Tree tree : staged.ahead(id)) {
      if (tree.kind() == Kind.BIND) {
        for (String at : spec.bindsOf(tree.what().getSource())) {
          binds.put(at, tree.content());
        }
      }
    }
    Optional<Path> init = LinkedMounts.initProgram(engine);
    if (init.isPresent()) {
      binds.put(LinkedMounts.INIT, init.get().toRealPath());
    }
    return spec.withStandIns(binds);
  }

  /** The blobs that {@link #placeBefore} and {@link #placeAfter} are going to read. */
  public List<Blob> toFetch(MigrationId id, Conversion conversion) throws IOException {
    List<Blob> blobs = new ArrayList<>();
    boolean home = isHome(conversion.getContainer().getId());
    for (Tree tree : staged.all(id, conversion)) {
      if (home && tree.isOfTheMachine()) {
        continue;
      }
      if (tree.ahead().hasArchive() && !staged.isUnpacked(tree)) {
        blobs.add(Blob.of(tree.ahead().getArchive()));
      }
      if (tree.what().getFiles().hasArchive()) {
        blobs.add(Blob.of(tree.what().getFiles().getArchive()));
      }
      tree.what().getTailsList().forEach(tail -> blobs.add(Blob.of(tail.getBytes())));
    }
    return blobs;
  }

  /**
   * What must be there before the Engine makes and starts a container that is going to wait: its
   * volumes, and something in every place that it mounts.
   */
  public void readyPlaces(MigrationId id, Preparation preparation, ContainerSpec spec)
      throws IOException {
    boolean home = isHome(preparation.getContainer().getId());
    for (Tree tree : staged.ahead(id)) {
      if (home && tree.isOfTheMachine()) {
        continue;
      }
      switch (tree.kind()) {
        case BIND -> places.standIn(tree, Path.of(tree.what().getSource()), id);
        case VOLUME -> makeVolume(tree, spec);
        case SHARED_MEMORY, LOG, KIND_UNSPECIFIED, UNRECOGNIZED -> {
          // Of the container's own, or refused before.
        }
      }
    }
  }

  /**
   * What must be in the places of a container's own before it is started to wait.
   *
   * @throws IOException where it cannot be there so early
   */
  public void readyLog(MigrationId id, Container made) throws IOException {
    for (Tree tree : staged.ahead(id)) {
      if (tree.kind() == Kind.LOG) {
        LogWithRoom.put(tree, made, engine.info().folderOf(made.id()));
      }
    }
  }

  private void makeVolume(Tree tree, ContainerSpec spec) throws IOException {
    if (!spec.hasAnonymousVolume(tree.what().getDestination())
        && engine.inspectVolume(tree.what().getSource()).isEmpty()) {
      DurableFiles.write(tree.folder().resolve(VOLUME), tree.what().getSource());
      engine.createVolume(tree.what().getSource(), tree.what().getLabelsMap());
    }
  }

  /** What must be there before the Engine makes the container: files, folders, volumes. */
  public void placeBefore(MigrationId id, Conversion conversion, ContainerSpec spec)
      throws IOException {
    boolean home = isHome(conversion.getContainer().getId());
    for (Tree tree : staged.all(id, conversion)) {
      if (home && tree.isOfTheMachine()) {
        continue;
      }
      requireFree(id, tree, conversion, spec);
      if (tree.kind() == Kind.BIND) {
        putBind(id, tree);
      } else if (tree.kind() == Kind.VOLUME) {
        makeVolume(tree, spec);
      }
    }
  }

  private void putBind(MigrationId id, Tree tree) throws IOException {
    staged.complete(id, tree);
    places.put(tree, Path.of(tree.what().getSource()), id);
  }

  /**
   * Brings the places of a container that waits to what they were when it was frozen. It mounts
   * nothing but its own files before it is restored.
   */
  public void placeReady(MigrationId id, Conversion conversion, Container waiting)
      throws IOException {
    boolean home = isHome(conversion.getContainer().getId());
    ContainerSpec spec = ContainerSpec.of(waiting);
    for (Tree tree : staged.all(id, conversion)) {
      if (tree.kind() == Kind.BIND && !home) {
        // What stands in for it goes first: it is no foreign file.
        places.putBack(tree);
        requireFree(id, tree, conversion, spec);
        putBind(id, tree);
      } else if (tree.kind() == Kind.LOG) {
        staged.complete(id, tree);
        LogWithRoom.complete(tree, waiting, engine.info().folderOf(waiting.id()));
        StagedTrees.forget(tree);
      } else {
        placeAfter(id, tree, home, waiting);
      }
    }
  }

  /** What the container's own places are filled with before it starts. */
  public void placeAfter(MigrationId id, Conversion conversion, Container container)
      throws IOException {
    boolean home = isHome(conversion.getContainer().getId());
    for (Tree tree : staged.all(id, conversion)) {
      placeAfter(id, tree, home, container);
    }
  }

  private void placeAfter(MigrationId id, Tree tree, boolean home, Container container)
      throws IOException {
    switch (tree.kind()) {
      case VOLUME -> {
        String at = tree.what().getDestination();
        if (!home || ContainerSpec.of(container).hasAnonymousVolume(at)) {
          staged.complete(id, tree);
          places.put(tree, places.volume(container, at), id);
        }
      }
      case SHARED_MEMORY -> {
        memory.create(container, shared(id));
        staged.apply(id, tree.what(), shared(id));
      }
      case LOG -> {
        staged.complete(id, tree);
        places.log(tree, container);
        StagedTrees.forget(tree);
      }
      case BIND -> {
        // Stands since before the container was made.
      }
      case KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknown(tree);
    }
  }

  /** Where files were put that the container goes on with, beside its layer. */
  public List<Path> placed(MigrationId id, Container container) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Tree tree : staged.ahead(id)) {
      switch (tree.kind()) {
        case VOLUME -> found.add(places.volume(container, tree.what().getDestination()));
        case BIND -> found.add(Path.of(tree.what().getSource()));
        case LOG -> found.add(engine.info().folderOf(container.id()));
        case SHARED_MEMORY, KIND_UNSPECIFIED, UNRECOGNIZED -> {
          // On no disk.
        }
      }
    }
    return found;
  }

  /** The lines for CRIU's configuration at the restore. */
  public List<String> criuOptions(MigrationId id) throws IOException {
    return SharedMemory.options(shared(id));
  }

  /** The container runs: what stood in its files' places goes. */
  public void keep(MigrationId id, String container) throws IOException {
    boolean runs = engine.inspect(container).map(there -> there.state().running()).orElse(false);
    if (runs) {
      memory.adopt(shared(id), SharedMemory.mountOf(engine, container));
    }
    memory.release(shared(id));
    for (Tree tree : staged.ahead(id)) {
      places.forgetOld(tree);
    }
  }

  /** The container is not here: everything is as it was before. */
  public void undo(MigrationId id) throws IOException {
    memory.release(shared(id));
    for (Tree tree : staged.ahead(id).reversed()) {
      places.putBack(tree);
      Path made = tree.folder().resolve(VOLUME);
      if (Files.exists(made)) {
        engine.removeVolume(Files.readString(made));
        DurableFiles.delete(made);
      }
    }
  }

  /** Whether the container comes from this very machine, whose files it goes on with. */
  private boolean isHome(String sourceContainer) throws IOException {
    return !sourceContainer.isEmpty()
        && engine
            .inspect(sourceContainer)
            .filter(found -> found.id().equals(sourceContainer))
            .isPresent();
  }

  /** Somebody may have made something there since the rehearsal. */
  private void requireFree(MigrationId id, Tree tree, Conversion conversion, ContainerSpec spec)
      throws IOException {
    if (tree.isOfTheMachine()) {
      staged.unpack(id, tree);
      List<String> obstacles =
          places.obstacles(tree, spec, conversion.getOptions().getReplaceFiles());
      if (!obstacles.isEmpty()) {
        throw new IOException(String.join(" ", obstacles));
      }
    }
  }

  private Path shared(MigrationId id) throws IOException {
    return state.shared(id);
  }

  private static IOException unknown(Tree tree) {
    return new IOException(
        "The container brings files of a kind that this version does not know (%s). Bring both to one version."
            .formatted(tree.kind()));
  }
}
