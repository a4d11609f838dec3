package io.godwit.agent.restore;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Containers.Role;
import io.godwit.agent.container.Images;
import io.godwit.agent.container.Layers;
import io.godwit.agent.container.Trees;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.contract.Twin;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.UpperLayer;
import java.io.IOException;
import java.util.Optional;

/** Makes the container as the source's is, with its files and images, and does not start it. */
final class Preparer {
  private final DockerEngine engine;
  private final Containers containers;
  private final Images images;
  private final Layers layers;
  private final Trees trees;
  private final Staging staging;

  Preparer(
      DockerEngine engine,
      Containers containers,
      Images images,
      Layers layers,
      Trees trees,
      Staging staging) {
    this.engine = engine;
    this.containers = containers;
    this.images = images;
    this.layers = layers;
    this.trees = trees;
    this.staging = staging;
  }

  /**
   * Creates the container from what was staged.
   *
   * @return its id
   * @throws IOException when its name is another's, or the Engine refuses
   */
  String prepare(Task task) throws IOException {
    Optional<String> others = containers.othersName(task.spec(), task.id());
    if (others.isPresent()) {
      throw new IOException(others.get());
    }
    String image = images.ensure(task.conversion().getContainer().getImage());
    trees.placeBefore(task.id(), task.conversion(), task.spec());
    String container =
        containers.create(task.name(), task.id(), Role.RESTORED, task.spec().withImage(image));
    JsonNode inspect =
        engine
            .inspect(container)
            .orElseThrow(() -> new IOException("The container was removed by another hand."));
    layers.fill(task.id(), layers.all(task.id(), task.conversion().getLayer()), inspect);
    trees.placeAfter(task.id(), task.conversion(), inspect);
    UpperLayer layer = UpperLayer.ofInspect(inspect);
    for (Twin twin : task.conversion().getTwinsList()) {
      layer.place(
          twin.getExecutable(),
          layers.staged(task.id(), Blob.of(twin.getTarget()), BlobStore.SILENT),
          twin.getMode());
    }
    containers.placeDescriptors(container, task.id(), staging.images(task));
    return container;
  }
}
