package io.godwit.docker;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.contract.TcpConnections;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The one way to start a container from a checkpoint. */
public final class CheckpointStart {
  /** How it ended. */
  public sealed interface Answer {
    /**
     * It runs, and is as at its start.
     *
     * @param inspect what the Engine says of it
     */
    record Started(JsonNode inspect) implements Answer {}

    /** CRIU restored it, and it has come to its own end since. */
    record Ended(int exitCode) implements Answer {}

    /**
     * Nothing of it runs.
     *
     * @param why the Engine's words
     * @param criuSaid the last errors in CRIU's log
     */
    record Refused(String why, List<String> criuSaid) implements Answer {
      /** Takes a copy. */
      public Refused {
        criuSaid = List.copyOf(criuSaid);
      }

      /** All of it as one message. */
      public String message() {
        return criuSaid.isEmpty() ? why : why + "\nCRIU said:\n" + String.join("\n", criuSaid);
      }
    }

    /**
     * Something runs, and is not what was dumped or not as it was: whoever asked ends it.
     *
     * @param why a sentence
     */
    record StrangerRuns(JsonNode inspect, String why) implements Answer {}
  }

  /** Knows the process that was dumped. */
  @FunctionalInterface
  public interface Proof {
    /** Whoever asks looks for itself. */
    Proof NONE = _ -> Optional.empty();

    /**
     * Why what runs is not what was dumped; empty when it is.
     *
     * @param inspect of the container, which runs
     */
    Optional<String> stranger(JsonNode inspect) throws IOException;
  }

  /**
   * What is started from what.
   *
   * @param checkpoint its name; runc's descriptors.json lies in the container's own folder of that
   *     name
   * @param images where CRIU reads its images
   * @param log where CRIU writes what it does; an older one goes first
   * @param more lines for CRIU's configuration that only the caller knows, see {@link CriuOptions}
   */
  public record Wanted(
      String containerId,
      String checkpoint,
      Path images,
      Path log,
      TcpConnections tcp,
      List<String> more) {
    /** Takes a copy. */
    public Wanted {
      more = List.copyOf(more);
    }
  }

  public CheckpointStart(
      DockerEngine engine,
      CriuOptions options,
      ReadOnlyRoot readOnlyRoot,
      StartSettings startSettings) {}

  /**
   * Starts it. Whatever the Engine says, it is looked at what really runs.
   *
   * @param patience how long to wait while another dump or restore of this machine is going on
   * @throws CriuBusyException when that is over; nothing was begun
   * @throws DockerException when the Engine does not answer: nobody knows what runs then
   */
  public Answer start(Wanted wanted, Proof proof, Duration patience)
      throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }
}
