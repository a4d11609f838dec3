package io.godwit.agent.hold;

import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CheckpointStart.Answer;
import io.godwit.docker.CheckpointStart.Proof;
import io.godwit.docker.CheckpointStart.Wanted;
import io.godwit.docker.Container;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.Network;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The start of a container that is made, up to where only the word is missing. */
public sealed interface PendingStart extends AutoCloseable {
  /**
   * Waits until all is there that can be before the word.
   *
   * @return why it cannot be, in the Engine's words where it has refused
   */
  Optional<String> await(Duration patience) throws InterruptedException;

  /** Whether it has come to that, and still stands there. */
  boolean waits();

  /**
   * Has it restored, and looks. For whom the decision log has told to.
   *
   * @param there the networks that the container had on its source
   */
  Answer go(Wanted wanted, List<Network> there, Proof proof)
      throws IOException, InterruptedException;

  /** Where the word was not said it is not going to be: what waits ends, in its own time. */
  @Override
  void close() throws IOException;

  /** Waits in the runtime, with its network and ports. */
  record Held(CheckpointStart starts, Container container, HeldStart start)
      implements PendingStart {
    @Override
    public Optional<String> await(Duration patience) throws InterruptedException {
      return start.await(patience);
    }

    @Override
    public boolean waits() {
      return start.holds();
    }

    @Override
    public Answer go(Wanted wanted, List<Network> there, Proof proof)
        throws IOException, InterruptedException {
      return starts.goOn(
          wanted,
          container,
          () -> start.go(wanted.images(), wanted.images().resolveSibling("criu-work"), there),
          proof,
          CriuOptions.PATIENCE);
    }

    @Override
    public void close() throws IOException {
      start.close();
    }
  }

  /** Nothing of it is begun: the Engine starts it from its checkpoint. */
  record FromCheckpoint(CheckpointStart starts) implements PendingStart {
    @Override
    public Optional<String> await(Duration patience) {
      return Optional.empty();
    }

    @Override
    public boolean waits() {
      return true;
    }

    @Override
    public Answer go(Wanted wanted, List<Network> there, Proof proof)
        throws IOException, InterruptedException {
      return starts.start(wanted, proof, CriuOptions.PATIENCE);
    }

    @Override
    public void close() {}
  }
}
