package io.godwit.agent.proof;

import io.godwit.agent.hold.PendingStart;
import io.godwit.agent.hold.Starts;
import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CheckpointStart.Answer;
import io.godwit.docker.Container;
import io.godwit.docker.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Starts containers from checkpoints that other machines may have made, and proves what runs. */
public final class ProvenStart {
  private final Starts starts;
  private final RestoreProof proof;

  public ProvenStart(Starts starts, RestoreProof proof) {
    this.starts = starts;
    this.proof = proof;
  }

  /** As {@link Starts#startAfresh}. */
  public boolean startAfresh(Container made) throws IOException, InterruptedException {
    return starts.startAfresh(made);
  }

  /** As {@link Starts#begin}. */
  public PendingStart begin(Container made, boolean held, Duration atMost)
      throws IOException, InterruptedException {
    return starts.begin(made, held, atMost);
  }

  /**
   * Has what was begun restored, and looks.
   *
   * @param there the networks that the container had on its source
   */
  public Answer go(PendingStart start, CheckpointStart.Wanted wanted, List<Network> there)
      throws IOException, InterruptedException {
    return start.go(wanted, there, proof.of(wanted.images()));
  }

  /**
   * As {@link CheckpointStart#look}.
   *
   * @param images what it was to be started from
   */
  public Answer look(String containerId, Path images, Path log, Optional<String> refusal)
      throws IOException, InterruptedException {
    return starts.checkpoints().look(containerId, log, proof.of(images), refusal);
  }
}
