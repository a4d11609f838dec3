package io.godwit.agent.hold;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One container whose {@code create} is held, from the moment before the Engine is told to start
 * it. Whatever ends this process or closes this ends the waiting, and nothing of the program has
 * run: only {@link #go} makes it run.
 */
public interface Hold extends AutoCloseable {
  /**
   * Waits until {@code create} is held.
   *
   * @return false when it is not by then, or not any more
   */
  boolean await(Duration patience) throws InterruptedException;

  /** Whether it is held now. */
  boolean holds();

  /**
   * Has it restored. To be said once, by whom the decision log has told to.
   *
   * @param images CRIU's, with runc's descriptors.json
   * @param work where CRIU works
   * @throws IOException when nobody hears it: nothing of it has run then
   */
  void go(Path images, Path work) throws IOException;

  /** Has it created as any container. */
  void pass() throws IOException;

  /**
   * Has {@code create} fail.
   *
   * @param sentence which the Engine shows
   */
  void no(String sentence) throws IOException;

  /** Lets it go: what is held fails. */
  @Override
  void close() throws IOException;
}
