package io.godwit.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Docker Engine over its API. Its JSON ends here: what comes out are values, of which those
 * that are sent on keep what Godwit does not know. All methods throw {@link DockerException} with
 * the Engine's own words when it refuses.
 */
public interface DockerEngine extends AutoCloseable {
  /** {@code GET /info}. */
  EngineInfo info() throws IOException;

  /** {@code GET /containers/ID/json}, or nothing where no such container exists. */
  Optional<Container> inspect(String container) throws IOException;

  /** {@code GET /images/ID/json}, or nothing where no such image exists. */
  Optional<EngineImage> inspectImage(String image) throws IOException;

  /** {@code GET /images/ID/get} into a file: all layers, as {@code docker save} writes them. */
  void saveImage(String image, Path into) throws IOException;

  /** {@code POST /images/load}. */
  void loadImage(InputStream archive) throws IOException;

  /**
   * {@code POST /images/ID/tag}.
   *
   * @param tag {@code NAME:TAG}, which means this image from then on
   */
  void tagImage(String image, String tag) throws IOException;

  /**
   * {@code POST /containers/create?name=NAME}, and {@code POST /networks/NAME/connect} for each
   * network beyond the first: Engines before 25 take only one in the request.
   *
   * @return the container's id
   */
  String create(String name, ContainerSpec spec) throws IOException;

  /** A container's end in a network, or nothing where it has none there. */
  Optional<Endpoint> endpoint(String network, String containerId) throws IOException;

  /** {@code POST /containers/ID/start}. */
  void start(String container) throws IOException;

  /**
   * {@code POST /containers/ID/start?checkpoint=NAME}; the images lie in the container's own
   * checkpoints folder.
   */
  void startFromCheckpoint(String container, String checkpoint) throws IOException;

  /**
   * {@code POST /containers/ID/checkpoints}; the container stops when {@code exit} and the dump
   * succeeded.
   */
  void checkpoint(String container, String checkpoint, boolean exit) throws IOException;

  /** {@code DELETE /containers/ID/checkpoints/NAME}; says nothing when it does not exist. */
  void deleteCheckpoint(String container, String checkpoint) throws IOException;

  /** {@code POST /containers/ID/update} with the restart policy. */
  void setRestartPolicy(String container, RestartPolicy restartPolicy) throws IOException;

  /** {@code POST /containers/ID/pause}: every process stands in the cgroup freezer. */
  void pause(String container) throws IOException;

  /** {@code POST /containers/ID/unpause}. */
  void unpause(String container) throws IOException;

  /**
   * {@code POST /containers/ID/kill} with SIGKILL: a paused container executes no further
   * instruction.
   */
  void kill(String container) throws IOException;

  /** {@code POST /containers/ID/stop}. */
  void stop(String container, Duration grace) throws IOException;

  /** {@code DELETE /containers/ID?force=1&v=1}; says nothing when it does not exist. */
  void remove(String container) throws IOException;

  /** Removes a container that does not run; one that runs is a {@link DockerException}. */
  void removeStopped(String container) throws IOException;

  /** Gives a container another name; the Engine refuses one that is taken. */
  void rename(String container, String name) throws IOException;

  /** {@code GET /containers/json?all=1}: every container, running or not. */
  List<ListedContainer> containers() throws IOException;

  /** {@code GET /volumes/NAME}, or nothing where no such volume exists. */
  Optional<Volume> inspectVolume(String volume) throws IOException;

  /** {@code POST /volumes/create}: of the local driver, without options. */
  void createVolume(String volume, Map<String, String> labels) throws IOException;

  /**
   * {@code DELETE /volumes/NAME}; says nothing when it does not exist.
   *
   * @return false where a container, even a stopped one, uses it: it stays
   */
  boolean removeVolume(String volume) throws IOException;

  /**
   * {@code GET /containers/ID/logs}: what it wrote to stdout and stderr, the last {@code tail}
   * lines.
   */
  String logs(String container, int tail) throws IOException;

  @Override
  void close() throws IOException;
}
