package io.godwit.agent.restore;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Goods;
import io.godwit.agent.container.Images;
import io.godwit.agent.container.Layers;
import io.godwit.agent.container.Purpose;
import io.godwit.agent.container.Trees;
import io.godwit.agent.hold.PendingStart;
import io.godwit.agent.machine.Disk;
import io.godwit.agent.proof.ProvenStart;
import io.godwit.agent.ready.Readying;
import io.godwit.agent.ready.Waiting;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.contract.Twin;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.UpperLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the container as the source's is, with its files and images, and does not start it. */
final class Preparer {
  private final DockerEngine engine;
  private final Containers containers;
  private final Images images;
  private final Layers layers;
  private final Trees trees;
  private final Staging staging;
  private final ProvenStart starts;
  private final StateFolder state;
  private final Disk disk;
  private final Clock clock;

  Preparer(
      DockerEngine engine,
      Containers containers,
      Goods goods,
      Staging staging,
      ProvenStart starts,
      StateFolder state,
      Clock clock) {
    this.engine = engine;
    this.containers = containers;
    this.images = goods.images();
    this.layers = goods.layers();
    this.trees = goods.trees();
    this.disk = goods.disk();
    this.staging = staging;
    this.starts = starts;
    this.state = state;
    this.clock = clock;
  }

  /** A container that only waits for the word. */
  record Ready(Container made, PendingStart start) {}

  /**
   * Creates the container from what was staged.
   *
   * @throws IOException when its name is another's, or the Engine refuses
   */
  Container prepare(Task task) throws IOException, InterruptedException {
    Purpose purpose = Purpose.restore(task.id(), task.attempt());
    Optional<String> others = containers.othersName(task.spec(), purpose);
    if (others.isPresent()) {
      throw new IOException(others.get());
    }
    String image = images.ensure(task.conversion().getContainer().getImage());
    trees.placeBefore(task.id(), task.conversion(), task.spec());
    String container = containers.create(task.name(), purpose, task.spec().withImage(image));
    Container made = found(container);
    layers.fill(task.id(), layers.all(task.id(), task.conversion().getLayer()), made);
    trees.placeAfter(task.id(), task.conversion(), made);
    place(task, UpperLayer.of(made));
    return made;
  }

  /**
   * Puts under a container that waits what was known only once it was frozen.
   *
   * @throws IOException when not all of it can be put there; it is of no use then
   */
  void complete(Task task, Waiting waiting) throws IOException {
    layers.change(task.id(), task.conversion().getLayer(), waiting.mount());
    trees.placeReady(task.id(), task.conversion(), waiting.made());
    place(task, new UpperLayer(waiting.mount(), List.of()));
  }

  /** Takes back what was made of a container, for it to be made anew. */
  void takeBack(Task task) throws IOException, InterruptedException {
    containers.remove(task.name(), Purpose.restore(task.id(), task.attempt()));
    trees.undo(task.id());
  }

  private void place(Task task, UpperLayer layer) throws IOException {
    for (Twin twin : task.conversion().getTwinsList()) {
      layer.place(
          twin.getExecutable(),
          layers.staged(task.id(), Blob.of(twin.getTarget()), BlobStore.SILENT),
          twin.getMode());
    }
  }

  /** Puts to where the Engine wants it what came with the images. */
  void complete(Task task, Container made) throws IOException {
    containers.placeDescriptors(made.id(), task.id(), staging.images(task));
  }

  /**
   * Begins its start. Where it can wait in the runtime it does, for no longer than anybody may
   * still claim; from now on the Engine answers no question about it.
   */
  PendingStart begin(Task task, Container made) throws IOException, InterruptedException {
    boolean held = state.isMarked(state.held(task.id()));
    long ends = task.conversion().getExpiresAtMs();
    Duration left =
        ends == 0 ? Readying.LONGEST : Duration.ofMillis(Math.max(0, ends - clock.millis()));
    return starts.begin(made, held, left.compareTo(Readying.LONGEST) < 0 ? left : Readying.LONGEST);
  }

  /**
   * Returns when all that the container stands on is on the disk. Most of it went ahead, and was
   * written out while the container still ran at its source.
   */
  void sync(Task task, Container made) throws IOException {
    List<Path> places = new ArrayList<>(trees.placed(task.id(), made));
    places.add(staging.images(task));
    places.add(LayerFiles.upperDir(made));
    disk.sync(places);
  }

  private Container found(String container) throws IOException {
    return engine
        .inspect(container)
        .orElseThrow(() -> new IOException("The container was removed by another hand."));
  }
}
