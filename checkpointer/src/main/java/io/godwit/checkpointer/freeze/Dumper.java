package io.godwit.checkpointer.freeze;

import io.godwit.checkpointer.pages.DumpCallers;
import io.godwit.checkpointer.pages.PageReceiver;
import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.source.InotifyWatches;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.CriuOptions;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.Tcp;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Dumps a frozen container, which stays frozen. */
public final class Dumper {
  private static final long RESERVE = 64L << 20;

  private final DockerEngine engine;
  private final CriuOptions criu;
  private final ProcFs processes;
  private final InotifyWatches watches;
  private final HostFacts host;
  private final SourceControl source;
  private final Waiting waiting;

  public Dumper(
      DockerEngine engine,
      CriuOptions criu,
      ProcFs processes,
      InotifyWatches watches,
      HostFacts host,
      SourceControl source,
      Waiting waiting) {
    this.engine = engine;
    this.criu = criu;
    this.processes = processes;
    this.watches = watches;
    this.host = host;
    this.source = source;
    this.waiting = waiting;
  }

  /**
   * What is dumped, and where to.
   *
   * @param checkpoint its name at the Engine
   */
  record Target(String containerId, String checkpoint, CheckpointFolder folder, Path log) {}

  /** All that a dump needs, held until it is closed. One dump each. */
  public interface Ready extends AutoCloseable {
    /**
     * Dumps the container, which was frozen since and is frozen afterwards, and has executed
     * nothing of its own meanwhile.
     *
     * @throws IOException when there is no complete dump; the message has CRIU's last errors. The
     *     container is to be thawed then
     */
    void dump() throws IOException, InterruptedException;

    /**
     * From another thread: ends a dump that is under way, or the next one before it begins, within
     * about a second, so that the container can be thawed. {@link #dump} then throws. May be called
     * at any time, and again.
     */
    void cancel();

    /** Gives up the turn on CRIU's options. The container and its dump are left as they are. */
    @Override
    void close() throws IOException;
  }

  /**
   * Does what can be done before anything stands still: takes the turn on CRIU's options, empties
   * the folder, listens for the pages, has the Engine's older checkpoint of that name deleted.
   *
   * @param checkpoint its name at the Engine
   * @param log where CRIU writes what it does, an absolute path
   * @param patience how long to wait while another dump or restore of this machine has the turn
   * @throws io.godwit.docker.CriuBusyException when that is over; it says who has it
   * @throws IOException also when the deleted files that it holds have no room on the disk
   */
  public Ready ready(
      String containerId,
      String checkpoint,
      CheckpointFolder folder,
      Path log,
      Tcp tcp,
      Duration patience)
      throws IOException, InterruptedException {
    // What an earlier try left under this name.
    engine.deleteCheckpoint(containerId, checkpoint);
    List<String> options = new ArrayList<>(CriuOptions.ofMigration(log, tcp));
    options.addAll(CriuOptions.withoutLock(tcp, host.criu()));
    options.addAll(CriuOptions.unaccepted(tcp));
    options.addAll(
        CriuOptions.watchedIn(watches.find(processes.ofContainer(containerId)).folders()));
    options.add(folder.prepare());
    options.add(CriuOptions.ghostLimit(roomForDeleted(containerId, folder)));
    PageReceiver receiver =
        folder.receivePages(host.pageSize(), new DumpCallers(processes, containerId));
    try {
      options.addAll(receiver.options());
      CriuOptions.InForce turn =
          criu.put(options, "the dump of container " + containerId, patience);
      return new ReadyDump(
          engine,
          source,
          waiting,
          new Target(containerId, checkpoint, folder, log),
          receiver,
          turn);
    } catch (IOException | InterruptedException e) {
      receiver.close();
      throw e;
    }
  }

  private long roomForDeleted(String containerId, CheckpointFolder folder) throws IOException {
    long room = Math.max(0, folder.room() - RESERVE);
    long needed = source.deletedBytes(containerId);
    if (needed > room) {
      throw new IOException(
          "Its programs hold deleted files of %d MiB open, which have to go along, and there is room for %d MiB on this host's state disk. Make room there, or have them closed."
              .formatted(needed >> 20, room >> 20));
    }
    return room;
  }
}
