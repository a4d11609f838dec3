package io.godwit.checkpointer.migration;

import com.google.protobuf.TextFormat;
import io.godwit.checkpointer.journal.wire.JournalEntry;
import io.godwit.checkpointer.journal.wire.JournalLine;
import io.godwit.checkpointer.journal.wire.JournalSource;
import io.godwit.checkpointer.journal.wire.JournalTouch;
import io.godwit.messaging.WireIsa;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** A migration as text: protobuf's text format, so that people can read the journal. */
final class JournalCodec {
  private static final TextFormat.Parser PARSER =
      TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build();

  private JournalCodec() {}

  static String encode(Migration migration) {
    JournalEntry.Builder entry =
        JournalEntry.newBuilder()
            .setRequest(migration.request())
            .setState(migration.state().phase())
            .setExpiresAtMs(millis(migration.expiresAt()))
            .setTouch(encode(migration.touch()))
            .addAllPhases(migration.phases())
            .setClaimedAtMs(millis(migration.claimedAt()))
            .setSettled(migration.settled());
    migration.history().forEach(line -> entry.addHistory(encode(line)));
    migration.source().ifPresent(source -> entry.setSource(encode(source)));
    migration.preparation().ifPresent(entry::setPreparation);
    migration.template().ifPresent(entry::setTemplate);
    migration.checkpoint().ifPresent(entry::setCheckpoint);
    return TextFormat.printer().printToString(entry);
  }

  /**
   * @throws IOException when the text is no entry; the message gives line and column
   */
  static Migration decode(String text) throws IOException {
    JournalEntry.Builder builder = JournalEntry.newBuilder();
    PARSER.merge(text, builder);
    JournalEntry entry = builder.build();
    return new Migration(
        entry.getRequest(),
        State.of(entry.getState()),
        entry.getHistoryList().stream().map(JournalCodec::decode).toList(),
        instant(entry.getExpiresAtMs()),
        entry.hasSource() ? Optional.of(decode(entry.getSource())) : Optional.empty(),
        entry.hasPreparation() ? Optional.of(entry.getPreparation()) : Optional.empty(),
        entry.hasTemplate() ? Optional.of(entry.getTemplate()) : Optional.empty(),
        decode(entry.getTouch()),
        entry.hasCheckpoint() ? Optional.of(entry.getCheckpoint()) : Optional.empty(),
        entry.getPhasesList(),
        instant(entry.getClaimedAtMs()),
        entry.getSettled());
  }

  private static JournalLine encode(HistoryLine line) {
    return JournalLine.newBuilder()
        .setState(line.state().phase())
        .setAtMs(line.at().toEpochMilli())
        .setMessage(line.message())
        .build();
  }

  private static HistoryLine decode(JournalLine line) {
    return new HistoryLine(
        State.of(line.getState()), Instant.ofEpochMilli(line.getAtMs()), line.getMessage());
  }

  private static JournalSource encode(Source source) {
    return JournalSource.newBuilder()
        .setContainerId(source.containerId())
        .setSourceIsa(WireIsa.of(source.sourceIsa()))
        .setTargetIsa(WireIsa.of(source.targetIsa()))
        .addAllTwins(source.twins())
        .build();
  }

  private static Source decode(JournalSource source) {
    return new Source(
        source.getContainerId(),
        WireIsa.of(source.getSourceIsa()),
        WireIsa.of(source.getTargetIsa()),
        source.getTwinsList());
  }

  private static JournalTouch encode(Touch touch) {
    return JournalTouch.newBuilder()
        .setRestartPolicy(touch.restartPolicy().orElse(""))
        .setAskedToPark(touch.askedToPark())
        .setCheckpoint(touch.checkpoint().orElse(""))
        .setDumped(touch.dumped())
        .setFrozenAtMs(millis(touch.frozenAt()))
        .setIdentity(touch.identity().orElse(""))
        .setRestartTried(touch.restartTried())
        .build();
  }

  private static Touch decode(JournalTouch touch) {
    return new Touch(
        text(touch.getRestartPolicy()),
        touch.getAskedToPark(),
        text(touch.getCheckpoint()),
        touch.getDumped(),
        instant(touch.getFrozenAtMs()),
        text(touch.getIdentity()),
        touch.getRestartTried());
  }

  private static long millis(Optional<Instant> at) {
    return at.map(Instant::toEpochMilli).orElse(0L);
  }

  private static Optional<Instant> instant(long millis) {
    return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static Optional<String> text(String text) {
    return Optional.of(text).filter(value -> !value.isEmpty());
  }
}
