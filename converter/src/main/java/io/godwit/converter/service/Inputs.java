package io.godwit.converter.service;

import io.godwit.contract.Checkpoint;
import io.godwit.contract.ReportLine;
import io.godwit.contract.Template;
import io.godwit.converter.graft.Executable;
import io.godwit.converter.graft.GraftInput;
import io.godwit.converter.graft.Grafted;
import io.godwit.converter.graft.OutputFile;
import io.godwit.converter.graft.Piece;
import io.godwit.criu.CriuVersion;
import io.godwit.criu.ImageFolder;
import io.godwit.messaging.WireIsa;
import java.io.IOException;
import java.util.List;

/** Between the wire contract and the graft. */
final class Inputs {
  private Inputs() {}

  /**
   * What a record says, as the graft takes it.
   *
   * @throws IllegalArgumentException when the record names no ISA or no version of CRIU
   */
  static GraftInput of(
      Checkpoint checkpoint,
      StoredFolder source,
      StoredFolder template,
      List<Executable> executables)
      throws IOException {
    Template device = checkpoint.getTemplate();
    return new GraftInput(
        WireIsa.of(checkpoint.getSourceIsa()),
        WireIsa.of(checkpoint.getTargetIsa()),
        CriuVersion.parse(device.getCriuVersion()),
        device.getPageSize(),
        ImageFolder.of(source),
        ImageFolder.of(template),
        executables);
  }

  /** The report in the wire contract. */
  static List<ReportLine> report(Grafted grafted) {
    return grafted.report().stream()
        .map(line ->
            ReportLine.newBuilder()
                .setRewrite(line.rewrite())
                .setSubject(line.subject())
                .setFrom(line.from())
                .setTo(line.to())
                .setWhy(line.why())
                .build())
        .toList();
  }

  /** How many bytes of the conversion are new. */
  static long rewrittenBytes(Grafted grafted) {
    long bytes = 0;
    for (OutputFile file : grafted.files().values()) {
      bytes +=
          switch (file) {
            case OutputFile.Rewritten rewritten -> rewritten.content().size();
            case OutputFile.Copied _ -> 0;
            case OutputFile.Spliced spliced ->
                spliced.pieces().stream()
                    .filter(Piece.Made.class::isInstance)
                    .mapToLong(Piece::length)
                    .sum();
          };
    }
    return bytes;
  }
}
