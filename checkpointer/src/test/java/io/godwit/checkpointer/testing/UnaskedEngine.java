package io.godwit.checkpointer.testing;

import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.Endpoint;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.Volume;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What no checkpointer asks an Engine for, or has nothing to hear of it. */
abstract class UnaskedEngine implements DockerEngine {
  @Override
  public void removeStopped(String container) {
    throw new AssertionError("a checkpointer removes a source by remove");
  }

  @Override
  public void rename(String container, String name) {
    throw new AssertionError("a checkpointer renames nothing");
  }

  @Override
  public void tagImage(String image, String tag) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void loadImage(InputStream archive) {
    throw new AssertionError("a checkpointer loads no image");
  }

  @Override
  public String create(String name, ContainerSpec spec) {
    throw new AssertionError("a checkpointer creates no container");
  }

  @Override
  public List<ListedContainer> containers() {
    return List.of();
  }

  @Override
  public Optional<Endpoint> endpoint(String network, String containerId) {
    return Optional.empty();
  }

  @Override
  public Optional<Volume> inspectVolume(String volume) {
    return Optional.empty();
  }

  @Override
  public void createVolume(String volume, Map<String, String> labels) {
    throw new AssertionError("a checkpointer creates no volume");
  }

  @Override
  public boolean removeVolume(String volume) {
    throw new AssertionError("the container has no volume");
  }

  @Override
  public String logs(String container, int tail) {
    return "";
  }

  @Override
  public void close() {}
}
