package io.godwit.agent.container;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.contract.Conversion;
import io.godwit.contract.FileTree;
import io.godwit.contract.FileTree.Kind;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Preparation;
import io.godwit.contract.Tail;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LinkedMounts;
import io.godwit.docker.SharedMemory;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a container brings along beside its image and its layer: volumes, folders and files of its
 * machine, shared memory, its log. What goes ahead is unpacked beside its place when the move is
 * rehearsed, so that what changed since and a move into place is all that is left to do while the
 * container stands still. Nothing of this device is touched before the restore; what is replaced
 * then stands beside its place until the outcome is known.
 */
public final class Trees {
  private static final String AHEAD = "trees.record";
  private static final String UNPACKED = "unpacked";
  private static final String VOLUME = "volume";

  private final DockerEngine engine;
  private final Layers layers;
  private final LayerFiles files;
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
    this.layers = layers;
    this.files = files;
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
    DurableFiles.write(
        state.staging(id).resolve(AHEAD),
        Preparation.newBuilder().addAllTrees(preparation.getTreesList()).build().toByteArray());
    boolean home = isHome(preparation.getContainer().getId());
    List<String> reasons = new ArrayList<>(places.logDriver(spec));
    for (Tree tree : ahead(id)) {
      if (home && tree.isOfTheMachine()) {
        standIn(tree);
        continue;
      }
      unpack(id, tree);
      reasons.addAll(places.obstacles(tree, spec, preparation.getOptions().getReplaceFiles()));
    }
    return reasons;
  }

  /** The configuration for the rehearsal: nothing of this device is mounted that others use. */
  public ContainerSpec forRehearsal(MigrationId id, ContainerSpec spec) throws IOException {
    Map<String, Path> binds = new HashMap<>();
    for (Tree tree : ahead(id)) {
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
    for (Tree tree : all(id, conversion)) {
      if (home && tree.isOfTheMachine()) {
        continue;
      }
      if (tree.ahead().hasArchive() && !Files.exists(tree.folder().resolve(UNPACKED))) {
        blobs.add(Blob.of(tree.ahead().getArchive()));
      }
      if (tree.what().getFiles().hasArchive()) {
        blobs.add(Blob.of(tree.what().getFiles().getArchive()));
      }
      tree.what().getTailsList().forEach(tail -> blobs.add(Blob.of(tail.getBytes())));
    }
    return blobs;
  }

  /** What must be there before the Engine makes the container: files, folders, volumes. */
  public void placeBefore(MigrationId id, Conversion conversion, ContainerSpec spec)
      throws IOException {
    boolean home = isHome(conversion.getContainer().getId());
    for (Tree tree : all(id, conversion)) {
      if (home && tree.isOfTheMachine()) {
        continue;
      }
      requireFree(id, tree, conversion, spec);
      if (tree.kind() == Kind.BIND) {
        complete(id, tree);
        places.put(tree, Path.of(tree.what().getSource()), id);
      } else if (tree.kind() == Kind.VOLUME
          && !spec.hasAnonymousVolume(tree.what().getDestination())
          && engine.inspectVolume(tree.what().getSource()).isEmpty()) {
        DurableFiles.write(tree.folder().resolve(VOLUME), tree.what().getSource());
        engine.createVolume(tree.what().getSource(), tree.what().getLabelsMap());
      }
    }
  }

  /** What the container's own places are filled with before it starts. */
  public void placeAfter(MigrationId id, Conversion conversion, JsonNode container)
      throws IOException {
    boolean home = isHome(conversion.getContainer().getId());
    ContainerSpec spec = ContainerSpec.ofInspect(container);
    for (Tree tree : all(id, conversion)) {
      switch (tree.kind()) {
        case VOLUME -> {
          boolean anonymous = spec.hasAnonymousVolume(tree.what().getDestination());
          if (anonymous || !home) {
            complete(id, tree);
            places.put(tree, places.volume(container, tree.what().getDestination()), id);
          }
        }
        case SHARED_MEMORY -> {
          memory.create(container, shared(id));
          apply(id, tree.what(), shared(id));
        }
        case LOG -> {
          complete(id, tree);
          places.log(tree, container);
          DurableFiles.delete(tree.folder().resolve(UNPACKED));
        }
        case BIND -> {
          // Stands since before the container was made.
        }
        case KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknown(tree);
      }
    }
  }

  /** The lines for CRIU's configuration at the restore. */
  public List<String> criuOptions(MigrationId id, String container) throws IOException {
    List<String> options = new ArrayList<>(SharedMemory.options(shared(id)));
    Optional<JsonNode> inspect = engine.inspect(container);
    if (inspect.isPresent()) {
      options.addAll(LinkedMounts.options(engine, inspect.get()));
    }
    return options;
  }

  /** The container runs: what stood in its files' places goes. */
  public void keep(MigrationId id, String container) throws IOException {
    boolean runs =
        engine
            .inspect(container)
            .map(inspect -> inspect.path("State").path("Running").asBoolean())
            .orElse(false);
    if (runs) {
      memory.adopt(shared(id), SharedMemory.mountOf(engine, container));
    }
    memory.release(shared(id));
    for (Tree tree : ahead(id)) {
      places.forgetOld(tree);
    }
  }

  /** The container is not here: everything is as it was before. */
  public void undo(MigrationId id) throws IOException {
    memory.release(shared(id));
    for (Tree tree : ahead(id).reversed()) {
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
            .filter(found -> found.path("Id").asText().equals(sourceContainer))
            .isPresent();
  }

  private void standIn(Tree tree) throws IOException {
    DurableFiles.deleteFolder(tree.files());
    Files.createDirectories(tree.files());
    if (tree.what().getSingleFile()) {
      Files.createFile(tree.files().resolve("file"));
    }
  }

  /** Unpacks what was sent ahead, unless that is done. */
  private void unpack(MigrationId id, Tree tree) throws IOException {
    Path done = tree.folder().resolve(UNPACKED);
    if (Files.exists(done)) {
      return;
    }
    DurableFiles.deleteFolder(tree.files());
    Files.createDirectories(tree.files());
    if (tree.ahead().hasArchive()) {
      apply(id, tree.ahead(), tree.files());
    } else if (tree.what().getSingleFile()) {
      Files.createFile(
          tree.files().resolve(String.valueOf(Path.of(tree.what().getSource()).getFileName())));
    }
    DurableFiles.write(done, "");
  }

  /** Somebody may have made something there since the rehearsal. */
  private void requireFree(MigrationId id, Tree tree, Conversion conversion, ContainerSpec spec)
      throws IOException {
    if (tree.isOfTheMachine()) {
      unpack(id, tree);
      List<String> obstacles =
          places.obstacles(tree, spec, conversion.getOptions().getReplaceFiles());
      if (!obstacles.isEmpty()) {
        throw new IOException(String.join(" ", obstacles));
      }
    }
  }

  private void complete(MigrationId id, Tree tree) throws IOException {
    unpack(id, tree);
    if (!tree.ahead().hasArchive()) {
      DurableFiles.deleteFolder(tree.files());
      Files.createDirectories(tree.files());
    }
    apply(id, tree.what(), tree.files());
  }

  private void apply(MigrationId id, FileTree changes, Path into) throws IOException {
    apply(id, changes.getFiles(), into);
    for (Tail tail : changes.getTailsList()) {
      Path file = files.inside(into, tail.getPath());
      Path bytes = layers.staged(id, Blob.of(tail.getBytes()), BlobStore.SILENT);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          InputStream in = Files.newInputStream(bytes)) {
        if (channel.size() < tail.getOffset()) {
          throw new IOException(
              "%s: %d bytes went ahead, expected %d"
                  .formatted(tail.getPath(), channel.size(), tail.getOffset()));
        }
        channel.truncate(tail.getOffset()).position(tail.getOffset());
        OutputStream out = Channels.newOutputStream(channel);
        in.transferTo(out);
      }
    }
  }

  private void apply(MigrationId id, LayerArchive archive, Path into) throws IOException {
    if (!archive.hasArchive()) {
      files.remove(archive.getRemovedList(), into);
      return;
    }
    Path file = layers.staged(id, Blob.of(archive.getArchive()), BlobStore.SILENT);
    files.unpack(file, archive.getRemovedList(), into);
    Files.delete(file);
  }

  private Path shared(MigrationId id) throws IOException {
    return state.shared(id);
  }

  private List<Tree> ahead(MigrationId id) throws IOException {
    Path record = state.staging(id).resolve(AHEAD);
    List<Tree> trees = new ArrayList<>();
    if (Files.exists(record)) {
      Preparation kept = Preparation.parseFrom(Files.readAllBytes(record));
      for (FileTree tree : kept.getTreesList()) {
        Path folder = state.staging(id).resolve("tree-" + trees.size());
        Files.createDirectories(folder);
        trees.add(new Tree(tree, tree.getFiles(), folder));
      }
    }
    return trees;
  }

  /** With what came with the checkpoint. */
  private List<Tree> all(MigrationId id, Conversion conversion) throws IOException {
    List<Tree> ahead = ahead(id);
    if (ahead.size() != conversion.getTreesCount()) {
      throw new IOException(
          "What was sent ahead for the rehearsal is not on this device any more; ask for a new migration.");
    }
    List<Tree> all = new ArrayList<>();
    for (Tree tree : ahead) {
      FileTree now = conversion.getTrees(all.size());
      if (!tree.isOf(now)) {
        throw new IOException("What came with the checkpoint is not what was rehearsed.");
      }
      all.add(new Tree(now, tree.ahead(), tree.folder()));
    }
    return all;
  }

  private static IOException unknown(Tree tree) {
    return new IOException(
        "The container brings files of a kind that this version does not know (%s). Bring both to one version."
            .formatted(tree.kind()));
  }

  /**
   * One tree on this device.
   *
   * @param what it is, with what is to be applied last
   * @param ahead what came first
   * @param folder for its files and notes on them
   */
  record Tree(FileTree what, LayerArchive ahead, Path folder) {
    Kind kind() {
      return what.getKind();
    }

    /** Where its files are unpacked to. */
    Path files() {
      return folder.resolve("files");
    }

    /** What is to be mounted: the folder, or the one file in it. */
    Path content() throws IOException {
      if (!what.getSingleFile()) {
        return files();
      }
      try (Stream<Path> found = Files.list(files())) {
        Optional<Path> file = found.findFirst();
        return file.orElseThrow(
            () -> new IOException("The archive of %s is empty.".formatted(what.getSource())));
      }
    }

    /** Whether the container shares it with whoever else is on its machine. */
    boolean isOfTheMachine() {
      return kind() == Kind.BIND || kind() == Kind.VOLUME;
    }

    boolean isOf(FileTree other) {
      return kind() == other.getKind()
          && what.getDestination().equals(other.getDestination())
          && what.getSource().equals(other.getSource());
    }
  }
}
