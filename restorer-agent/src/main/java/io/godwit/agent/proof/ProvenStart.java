package io.godwit.agent.proof;

import io.godwit.docker.CheckpointStart;
import io.godwit.docker.CheckpointStart.Answer;
import io.godwit.docker.CriuOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Starts containers from checkpoints that other machines may have made, and proves what runs. */
public final class ProvenStart {
  private final CheckpointStart starts;
  private final RestoreProof proof;

  public ProvenStart(CheckpointStart starts, RestoreProof proof) {
    this.starts = starts;
    this.proof = proof;
  }

  /** As {@link CheckpointStart#start}. */
  public Answer start(CheckpointStart.Wanted wanted) throws IOException, InterruptedException {
    return starts.start(wanted, proof.of(wanted.images()), CriuOptions.PATIENCE);
  }

  /**
   * As {@link CheckpointStart#look}.
   *
   * @param images what it was to be started from
   */
  public Answer look(String containerId, Path images, Path log, Optional<String> refusal)
      throws IOException, InterruptedException {
    return starts.look(containerId, log, proof.of(images), refusal);
  }
}
