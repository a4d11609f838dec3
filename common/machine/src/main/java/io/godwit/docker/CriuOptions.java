package io.godwit.docker;

import io.godwit.criu.CriuVersion;
import io.godwit.messaging.Sleeper;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CRIU options that Docker's API does not offer. runc hands {@code /etc/criu/runc.conf} to CRIU
 * with every dump and restore, and what stands there overrules what runc asked for. The file is the
 * whole machine's, so it is changed for one dump or restore at a time: under a lock that holds
 * between processes, with what stood there kept in force before our lines, in a saved copy beside
 * it, and put back afterwards. A copy left by a crash is put back by whoever comes next.
 *
 * <p>A container with the annotation {@code org.criu.config} has a file of its own instead, and
 * these options do not reach it.
 */
public final class CriuOptions {
  /** The file that runc names to CRIU (runc, libcontainer/criu_linux.go). */
  public static final Path RUNC_CONF = Path.of("/etc/criu/runc.conf");

  /** Connections come out closed: their peers see the end and connect again. */
  public static final String TCP_CLOSE = "tcp-close";

  private static final String NO_NETWORK_LOCK = "network-lock skip";

  /** Older ones die of the option where it stands in the file that runc names (criu#3051). */
  private static final CriuVersion LOCKS_AS_TOLD = new CriuVersion(4, 2, 1);

  /** A dump takes connections with their state. */
  public static final String TCP_ESTABLISHED = "tcp-established";

  /** Locks on files are dumped and taken again. */
  public static final String FILE_LOCKS = "file-locks";

  /**
   * An open file that was deleted, but has another name or lies in a lower layer, gets a name for
   * the time of the move, which the restore removes.
   */
  public static final String LINK_REMAP = "link-remap";

  /**
   * The lines that make CRIU find what is watched by inotify, by its path, in these folders.
   *
   * @param folders absolute paths in the container; none: no line
   */
  public static List<String> watchedIn(List<String> folders) {
    List<String> options = new ArrayList<>();
    if (!folders.isEmpty()) {
      options.add("force-irmap");
      folders.forEach(folder -> options.add("irmap-scan-path " + folder));
    }
    return options;
  }

  /**
   * The line that has files go along that are deleted and still open or mapped, with their content;
   * CRIU's own limit is 1 MiB each (criu/files-reg.c).
   *
   * @param bytes the largest that may be on the disk; CRIU takes a size_t
   */
  public static String ghostLimit(long bytes) {
    return "ghost-limit " + bytes;
  }

  /**
   * The lines for a dump of sockets that listen, with connections that nobody has accepted yet:
   * they do not go along where connections do not, and are no reason to fail.
   */
  public static List<String> unaccepted(Tcp tcp) {
    return switch (tcp) {
      case CLOSE -> List.of("skip-in-flight");
      case KEEP -> List.of();
    };
  }

  /**
   * What every dump and every restore of a migration is done with.
   *
   * @param log CRIU's log, see {@link #logTo}
   */
  public static List<String> ofMigration(Path log, Tcp tcp) {
    List<String> options = new ArrayList<>(logTo(log));
    options.add(
        switch (tcp) {
          case CLOSE -> TCP_CLOSE;
          case KEEP -> TCP_ESTABLISHED;
        });
    options.add(FILE_LOCKS);
    options.add(LINK_REMAP);
    return options;
  }

  /**
   * The line that keeps no packets from a container while it is dumped. The end of connections that
   * do not go along is then told to their peers by the kernel, like that of any process's; with
   * CRIU's lock, only those learn of it that send again.
   *
   * @param criu the version that dumps, where it is known
   */
  public static List<String> withoutLock(Tcp tcp, Optional<CriuVersion> criu) {
    return switch (tcp) {
      case CLOSE ->
          criu.filter(version -> version.compareTo(LOCKS_AS_TOLD) >= 0).isPresent()
              ? List.of(NO_NETWORK_LOCK)
              : List.of();
      case KEEP -> List.of();
    };
  }

  private static final Logger LOG = LoggerFactory.getLogger(CriuOptions.class);

  /** Where the caller names no other: a start from a checkpoint may take a slow device minutes. */
  public static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Path file;
  private final Path saved;
  private final Path absent;
  private final CriuTurn turn;

  /** Options in force until closed. */
  public interface InForce extends AutoCloseable {
    /** Puts back what stood there. */
    @Override
    void close() throws IOException;
  }

  /**
   * @param file the file that runc names to CRIU, {@link #RUNC_CONF} but in tests
   */
  public CriuOptions(Path file, Clock clock, Sleeper sleeper) {
    this.file = file.toAbsolutePath().normalize();
    this.saved = file.resolveSibling(file.getFileName() + ".godwit-saved");
    this.absent = file.resolveSibling(file.getFileName() + ".godwit-absent");
    this.turn =
        new CriuTurn(this.file.resolveSibling(file.getFileName() + ".godwit-lock"), clock, sleeper);
  }

  /**
   * The lines that make CRIU write its log to a file.
   *
   * @param log an absolute path in an existing folder; CRIU creates or empties it
   */
  public static List<String> logTo(Path log) {
    return List.of("log-file " + log.toAbsolutePath(), "verbosity 4");
  }

  /**
   * The line that makes CRIU write its images to a folder, or read them there, wherever runc asked
   * for them: "additional configuration file (e.g., runc.conf) to overwrite all RPC settings"
   * (CRIU, cr-service.c). The Engine then does not copy them. What runc writes itself stays in its
   * own. CRIU before 4.2 wants to read a link there, as the descriptors are by which runc names its
   * folder, and fails without a word where there is none; so the folder gets one beside it.
   *
   * @param folder an existing one
   */
  public static String imagesIn(Path folder) throws IOException {
    Path target = folder.toAbsolutePath();
    Path link = target.resolveSibling(target.getFileName() + ".link");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, target);
    return "images-dir " + link;
  }

  /**
   * As the other one, waiting a long time; for who cannot be interrupted.
   *
   * @throws IOException also when interrupted
   */
  public InForce put(List<String> options) throws IOException {
    try {
      return put(options, "a dump or restore", PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while another dump or restore went on", e);
    }
  }

  /**
   * Puts options in force, waiting while another process or thread has its own there.
   *
   * @param options one CRIU option a line, by its long name without dashes
   * @param what they are for, told to who waits meanwhile
   * @param patience how long to wait
   * @throws CriuBusyException when that is over; it says who has the turn
   * @throws IllegalArgumentException when an option holds a line break or a comment sign
   */
  public InForce put(List<String> options, String what, Duration patience)
      throws IOException, InterruptedException {
    for (String option : options) {
      if (option.isBlank() || option.chars().anyMatch(c -> c == '\n' || c == '\r' || c == '#')) {
        throw new IllegalArgumentException("not a CRIU option on one line: " + option);
      }
    }
    CriuTurn.Held held = turn.take(what, patience);
    try {
      putBack();
      byte[] before = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      DurableFiles.write(Files.exists(file) ? saved : absent, before);
      List<String> lines = new ArrayList<>();
      lines.add(new String(before, StandardCharsets.UTF_8).stripTrailing());
      lines.addAll(options);
      DurableFiles.write(
          file, (String.join("\n", lines).strip() + "\n").getBytes(StandardCharsets.UTF_8));
      LOG.info("{}: set {} for one dump or restore", file, String.join(", ", options));
      return () -> {
        try (held) {
          putBack();
        }
      };
    } catch (IOException | RuntimeException e) {
      try (held) {
        putBack();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /**
   * Puts back what a crashed process left changed; call at start. Waits for nobody: a service that
   * starts may have a container to let go on, and who has the turn puts back the same.
   *
   * @return whether nothing of it stands there any more; not so while another has the turn
   */
  public boolean recover() throws IOException {
    if (!Files.exists(saved) && !Files.exists(absent)) {
      return true;
    }
    try (var _ = turn.take("the start of a service", Duration.ZERO)) {
      putBack();
      return true;
    } catch (CriuBusyException e) {
      LOG.info("{}: {}", file, e.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while another dump or restore went on", e);
    }
  }

  /** Only under the lock. */
  private void putBack() throws IOException {
    if (Files.exists(saved)) {
      Files.move(saved, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      LOG.info("{}: put back what stood there", file);
    } else if (Files.exists(absent)) {
      Files.deleteIfExists(file);
      Files.delete(absent);
      LOG.info("{}: removed, as before", file);
    }
  }
}
