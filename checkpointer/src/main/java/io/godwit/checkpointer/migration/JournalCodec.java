package io.godwit.checkpointer.migration;

import com.google.protobuf.TextFormat;
import io.godwit.checkpointer.journal.wire.JournalEntry;
import io.godwit.checkpointer.journal.wire.JournalLine;
import io.godwit.checkpointer.journal.wire.JournalSource;
import io.godwit.checkpointer.journal.wire.JournalTouch;
import io.godwit.checkpointer.migration.Migration.Touched;
import io.godwit.contract.Checkpoint;
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
    Order order = migration.order();
    JournalEntry.Builder entry =
        JournalEntry.newBuilder()
            .setRequest(order.request())
            .setState(migration.state().phase())
            .addAllPhases(order.phases());
    order.history().forEach(line -> entry.addHistory(encode(line)));
    switch (migration) {
      case Migration.Pending _ -> {}
      case Migration.RolledBack back ->
          back.frozenAt()
              .ifPresent(at -> entry.setTouch(JournalTouch.newBuilder().setFrozenAtMs(millis(at))));
      case Migration.Settled _ -> entry.setSettled(true);
      case Migration.Preflight preflight -> entry.setExpiresAtMs(millis(preflight.expiresAt()));
      case Migration.Rehearsing rehearsing -> {
        entry.setExpiresAtMs(millis(rehearsing.expiresAt()));
        entry.setSource(encode(rehearsing.source()));
        rehearsing.preparation().ifPresent(entry::setPreparation);
      }
      case Migration.Freezing freezing -> put(entry, freezing.prepared(), freezing.standstill());
      case Migration.Frozen frozen -> {
        put(entry, frozen.prepared(), frozen.standstill());
        entry.setCheckpoint(frozen.checkpoint());
      }
      case Migration.Claimed claimed -> {
        put(entry, claimed.prepared(), claimed.standstill());
        entry.setCheckpoint(claimed.checkpoint()).setClaimedAtMs(millis(claimed.at()));
      }
      case Migration.InDoubt doubt -> {
        put(entry, doubt.prepared(), doubt.standstill());
        entry.setCheckpoint(doubt.checkpoint());
      }
      case Migration.Succeeded success -> put(entry, success.prepared(), success.standstill());
      case Migration.Failed failed -> failed.touched().ifPresent(touched -> put(entry, touched));
      case Migration.Aborted aborted -> aborted.touched().ifPresent(touched -> put(entry, touched));
      case Migration.SourceDown down -> put(entry, down.source());
    }
    return TextFormat.printer().printToString(entry);
  }

  private static void put(JournalEntry.Builder entry, Prepared prepared, Standstill standstill) {
    entry
        .setExpiresAtMs(millis(prepared.expiresAt()))
        .setTemplate(prepared.template())
        .setForecastMs(prepared.forecastMs());
    put(
        entry,
        new Touched(prepared.source(), prepared.preparation(), standstill, Optional.empty()));
  }

  private static void put(JournalEntry.Builder entry, Touched touched) {
    entry
        .setSource(encode(touched.source()))
        .setPreparation(touched.preparation())
        .setTouch(encode(touched.standstill()));
    touched.stored().ifPresent(entry::setCheckpoint);
  }

  /**
   * @throws IOException when the text is no entry; the message gives line and column, or what the
   *     state lacks
   */
  static Migration decode(String text) throws IOException {
    JournalEntry.Builder builder = JournalEntry.newBuilder();
    PARSER.merge(text, builder);
    JournalEntry entry = builder.build();
    Order order =
        new Order(
            entry.getRequest(),
            entry.getHistoryList().stream().map(JournalCodec::decode).toList(),
            entry.getPhasesList());
    State state = State.of(entry.getState());
    if (order.history().isEmpty()) {
      throw new IOException("it has no history");
    }
    if (entry.getSettled()) {
      return new Migration.Settled(order, state);
    }
    return switch (state) {
      case PENDING -> new Migration.Pending(order);
      case PREFLIGHT ->
          new Migration.Preflight(order, Instant.ofEpochMilli(entry.getExpiresAtMs()));
      case REHEARSING ->
          new Migration.Rehearsing(
              order,
              Instant.ofEpochMilli(entry.getExpiresAtMs()),
              source(entry),
              entry.hasPreparation() ? Optional.of(entry.getPreparation()) : Optional.empty());
      case FREEZING -> new Migration.Freezing(order, prepared(entry), decode(entry.getTouch()));
      case FROZEN ->
          new Migration.Frozen(order, prepared(entry), decode(entry.getTouch()), checkpoint(entry));
      case CLAIMED ->
          new Migration.Claimed(
              order,
              prepared(entry),
              decode(entry.getTouch()),
              checkpoint(entry),
              Instant.ofEpochMilli(entry.getClaimedAtMs()));
      case IN_DOUBT ->
          new Migration.InDoubt(
              order, prepared(entry), decode(entry.getTouch()), checkpoint(entry));
      case SUCCEEDED -> new Migration.Succeeded(order, prepared(entry), decode(entry.getTouch()));
      case FAILED -> new Migration.Failed(order, touched(entry));
      case ABORTED -> new Migration.Aborted(order, touched(entry));
      case SOURCE_DOWN ->
          new Migration.SourceDown(
              order,
              touched(entry)
                  .orElseThrow(
                      () -> new IOException("it does not say what was done to the source")));
      case ROLLED_BACK ->
          new Migration.RolledBack(
              order, decode(entry.getTouch()).freeze().map(Standstill.Freeze::at));
    };
  }

  private static Source source(JournalEntry entry) throws IOException {
    if (!entry.hasSource()) {
      throw new IOException("%s without a source".formatted(entry.getState()));
    }
    return decode(entry.getSource());
  }

  private static Prepared prepared(JournalEntry entry) throws IOException {
    if (!entry.hasPreparation() || !entry.hasTemplate()) {
      throw new IOException("%s without preparation or template".formatted(entry.getState()));
    }
    return new Prepared(
        Instant.ofEpochMilli(entry.getExpiresAtMs()),
        source(entry),
        entry.getPreparation(),
        entry.getTemplate(),
        entry.getForecastMs());
  }

  private static Checkpoint checkpoint(JournalEntry entry) throws IOException {
    if (!entry.hasCheckpoint()) {
      throw new IOException("%s without a checkpoint".formatted(entry.getState()));
    }
    return entry.getCheckpoint();
  }

  private static Optional<Touched> touched(JournalEntry entry) throws IOException {
    if (!entry.hasTouch()) {
      return Optional.empty();
    }
    Standstill standstill = decode(entry.getTouch());
    return standstill.isUntouched()
        ? Optional.empty()
        : Optional.of(
            new Touched(
                source(entry),
                entry.getPreparation(),
                standstill,
                entry.hasCheckpoint() ? Optional.of(entry.getCheckpoint()) : Optional.empty()));
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

  private static JournalTouch encode(Standstill standstill) {
    JournalTouch.Builder touch =
        JournalTouch.newBuilder()
            .setEpoch(standstill.epoch())
            .setAskedToPark(standstill.askedToPark())
            .setNetworkHeld(standstill.networkHeld());
    standstill.restartPolicy().ifPresent(touch::setRestartPolicy);
    standstill
        .freeze()
        .ifPresent(freeze ->
            touch
                .setFrozenAtMs(millis(freeze.at()))
                .setIdentity(freeze.identity())
                .setBoot(freeze.boot()));
    standstill
        .dump()
        .ifPresent(dump -> touch.setCheckpoint(dump.checkpoint()).setDumped(dump.complete()));
    return touch.build();
  }

  private static Standstill decode(JournalTouch touch) {
    return new Standstill(
        Math.max(1, touch.getEpoch()),
        Optional.of(touch.getRestartPolicy()).filter(policy -> !policy.isEmpty()),
        touch.getAskedToPark(),
        touch.getNetworkHeld(),
        touch.getFrozenAtMs() == 0
            ? Optional.empty()
            : Optional.of(
                new Standstill.Freeze(
                    Instant.ofEpochMilli(touch.getFrozenAtMs()),
                    touch.getIdentity(),
                    touch.getBoot())),
        touch.getCheckpoint().isEmpty()
            ? Optional.empty()
            : Optional.of(new Standstill.Dump(touch.getCheckpoint(), touch.getDumped())));
  }

  private static long millis(Instant at) {
    return at.toEpochMilli();
  }
}
