package io.godwit.checkpointer.work;

import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.migration.Gate;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.checkpointer.migration.Source;
import io.godwit.checkpointer.preflight.Preflight;
import io.godwit.checkpointer.preflight.TwinFiles;
import io.godwit.contract.Twin;
import io.godwit.isa.Isa;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Preflight → Rehearsing; the twins go to the blob store as soon as they are known to be right. */
final class PreflightStep implements Step<Migration.Preflight> {
  private final Preflight preflight;
  private final Journal journal;
  private final BlobStore blobs;
  private final GoOrNot goOrNot;
  private final Gate gate;
  private final Clock clock;
  private final Isa host;

  PreflightStep(
      Preflight preflight,
      Journal journal,
      BlobStore blobs,
      GoOrNot goOrNot,
      Gate gate,
      Clock clock,
      Isa host) {
    this.preflight = preflight;
    this.journal = journal;
    this.blobs = blobs;
    this.goOrNot = goOrNot;
    this.gate = gate;
    this.clock = clock;
    this.host = host;
  }

  @Override
  public Migration run(Migration.Preflight migration) throws Exception {
    Optional<Migration> aborted = goOrNot.aborted(migration);
    if (aborted.isPresent()) {
      return aborted.get();
    }
    goOrNot.requireTime(migration.expiresAt());
    Instant begin = clock.instant();
    Preflight.Found found =
        preflight.examine(migration.request(), journal.workFolder(migration.id()));
    List<Twin> twins = new ArrayList<>();
    for (TwinFiles files : found.twins()) {
      twins.add(upload(files));
    }
    long bytes =
        twins.stream().mapToLong(t -> t.getSource().getSize() + t.getTarget().getSize()).sum();
    Source source = new Source(found.container().id(), host, found.targetIsa(), twins);
    return gate.enter(
        migration,
        new Migration.Rehearsing(
            migration.order().withPhase(PhaseName.PREFLIGHT.time(begin, clock.instant(), bytes)),
            migration.expiresAt(),
            source,
            Optional.empty()),
        warnings(found)
            + (source.changesIsa()
                ? "nothing stands in the way: %s to %s, by %d executable(s) with twins"
                    .formatted(host.kernelName(), found.targetIsa().kernelName(), twins.size())
                : "nothing stands in the way: %s on both sides".formatted(host.kernelName())));
  }

  private static String warnings(Preflight.Found found) {
    return found.warnings().stream()
        .map(warning -> "Warning: " + warning + "\n")
        .collect(Collectors.joining());
  }

  private Twin upload(TwinFiles files) throws IOException {
    return Twin.newBuilder()
        .setExecutable(files.executable())
        .setSource(blobs.put(files.source(), BlobStore.SILENT).toRef())
        .setTarget(blobs.put(files.target(), BlobStore.SILENT).toRef())
        .setMode(files.mode())
        .build();
  }
}
