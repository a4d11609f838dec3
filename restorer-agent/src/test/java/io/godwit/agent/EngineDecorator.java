package io.godwit.agent;

import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.Endpoint;
import io.godwit.docker.EngineImage;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.ListedContainer;
import io.godwit.docker.RestartPolicy;
import io.godwit.docker.Volume;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The real Engine, of which a test lets one call go as real Engines have been seen to. */
public class EngineDecorator implements DockerEngine {
  protected final DockerEngine real;

  public EngineDecorator(DockerEngine real) {
    this.real = real;
  }

  @Override
  public EngineInfo info() throws IOException {
    return real.info();
  }

  @Override
  public Optional<Container> inspect(String container) throws IOException {
    return real.inspect(container);
  }

  @Override
  public Optional<EngineImage> inspectImage(String image) throws IOException {
    return real.inspectImage(image);
  }

  @Override
  public void saveImage(String image, Path into) throws IOException {
    real.saveImage(image, into);
  }

  @Override
  public void tagImage(String image, String tag) throws IOException {
    real.tagImage(image, tag);
  }

  @Override
  public void loadImage(InputStream archive) throws IOException {
    real.loadImage(archive);
  }

  @Override
  public String create(String name, ContainerSpec spec) throws IOException {
    return real.create(name, spec);
  }

  @Override
  public void start(String container) throws IOException {
    real.start(container);
  }

  @Override
  public void startFromCheckpoint(String container, String checkpoint) throws IOException {
    real.startFromCheckpoint(container, checkpoint);
  }

  @Override
  public void checkpoint(String container, String checkpoint, boolean exit) throws IOException {
    real.checkpoint(container, checkpoint, exit);
  }

  @Override
  public void deleteCheckpoint(String container, String checkpoint) throws IOException {
    real.deleteCheckpoint(container, checkpoint);
  }

  @Override
  public void setRestartPolicy(String container, RestartPolicy restartPolicy) throws IOException {
    real.setRestartPolicy(container, restartPolicy);
  }

  @Override
  public void pause(String container) throws IOException {
    real.pause(container);
  }

  @Override
  public void unpause(String container) throws IOException {
    real.unpause(container);
  }

  @Override
  public void kill(String container) throws IOException {
    real.kill(container);
  }

  @Override
  public void stop(String container, Duration grace) throws IOException {
    real.stop(container, grace);
  }

  @Override
  public void remove(String container) throws IOException {
    real.remove(container);
  }

  @Override
  public void removeStopped(String container) throws IOException {
    real.removeStopped(container);
  }

  @Override
  public void rename(String container, String name) throws IOException {
    real.rename(container, name);
  }

  @Override
  public List<ListedContainer> containers() throws IOException {
    return real.containers();
  }

  @Override
  public Optional<Endpoint> endpoint(String network, String containerId) throws IOException {
    return real.endpoint(network, containerId);
  }

  @Override
  public Optional<Volume> inspectVolume(String volume) throws IOException {
    return real.inspectVolume(volume);
  }

  @Override
  public void createVolume(String volume, Map<String, String> labels) throws IOException {
    real.createVolume(volume, labels);
  }

  @Override
  public boolean removeVolume(String volume) throws IOException {
    return real.removeVolume(volume);
  }

  @Override
  public String logs(String container, int tail) throws IOException {
    return real.logs(container, tail);
  }

  @Override
  public void close() throws IOException {
    real.close();
  }
}
