package io.godwit.cli;

import io.godwit.batch.plan.View;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Fleet;
import io.godwit.batch.state.Ledger;
import io.godwit.contract.BatchRecord;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.HostRecord;
import io.godwit.messaging.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** All that the topics say of batches, hosts and devices, folded as the controller folds it. */
final class Batches {
  private final Ledger ledger = new Ledger();
  private final Fleet fleet = new Fleet();

  static Batches read(Connection connection) {
    Batches batches = new Batches();
    try (TopicReader<BatchRecord> reader = connection.read(Topic.BATCHES, BatchRecord.parser())) {
      reader.readAll().forEach(batches.ledger::apply);
    }
    batches.look(connection);
    return batches;
  }

  /** Hosts and devices, as they say now. */
  void look(Connection connection) {
    try (TopicReader<HostRecord> reader = connection.read(Topic.HOSTS, HostRecord.parser())) {
      reader.readAll().forEach(fleet::hear);
    }
    try (TopicReader<DeviceProfile> reader =
        connection.read(Topic.DEVICES, DeviceProfile.parser())) {
      reader.readAll().forEach(fleet::hear);
    }
  }

  Ledger ledger() {
    return ledger;
  }

  Fleet fleet() {
    return fleet;
  }

  View view(Batch batch, Instant now) {
    return View.of(batch, ledger, fleet, now);
  }

  /** The one whose id or name is, or whose id begins, so; says why there is none. */
  Optional<Batch> find(String word) {
    List<Batch> found =
        ledger.batches().stream()
            .filter(batch -> batch.id().startsWith(word) || batch.spec().name().equals(word))
            .toList();
    if (found.size() == 1) {
      return Optional.of(found.getFirst());
    }
    System.err.println(
        found.isEmpty()
            ? "No batch is called " + word + "; `godwit batch list` lists them."
            : "Several batches are called %s: %s"
                .formatted(word, String.join(", ", found.stream().map(Batch::id).toList())));
    return Optional.empty();
  }
}
